import type { Model } from '../model/shape.ts'

const model = (...widths: number[]): Model => ({ widths, activation: 'relu', loss: 'cross-entropy' })

/** The models that other systems have been measured with, from small to large, wide and deep. */
export const MODELS: readonly { readonly name: string; readonly model: Model; readonly batch: number }[] = [
  { name: 'A32', model: model(784, 128, 64, 10), batch: 32 },
  { name: 'A128', model: model(784, 128, 64, 10), batch: 128 },
  { name: 'B', model: model(64, 256, 256, 256, 10), batch: 64 },
  { name: 'C', model: model(784, 512, 512, 512, 512, 10), batch: 256 },
  { name: 'D', model: model(1024, 1024, 1024, 1024, 1024, 10), batch: 128 },
  { name: 'E', model: model(128, 128, 128, 128, 128, 128, 128, 128, 128, 10), batch: 64 },
]
