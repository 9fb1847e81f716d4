import type { TrainOptions } from './options.ts'
export async function runTrain(_options: TrainOptions, _cores: number): Promise<boolean> {
  return true
}
