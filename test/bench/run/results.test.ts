import { expect, it } from 'vitest'
import { gradedOf } from '../../../bench/run/results.ts'
import { cellOf, outcomeOf } from '../../report/text/outcomes.ts'

const prediction = {
  share: -0.1,
  predictedNs: 900,
  measuredNs: 1000,
  bucket: 'forward' as const,
  bucketPredictedNs: 500,
  bucketMeasuredNs: 600,
}

it('grades the predictions of sound cells in which every thread has a core', () => {
  const [tensor, data] = [cellOf('tensor'), cellOf('data')]
  const outcomes = [
    outcomeOf(tensor, 1.9, { prediction }),
    outcomeOf(data, 1.6),
    outcomeOf(data, 1.6, { prediction, status: 'oversubscribed' }),
    outcomeOf(data, 1.6, { prediction, status: 'impossible' }),
  ]
  const group = { label: 'batch 64', cells: outcomes.map(({ cell }) => cell) }
  expect(gradedOf({ group, outcomes, noise: undefined, limits: [] }, 'weak')).toEqual([
    { name: `weak, batch 64, ${tensor.name}`, plan: tensor.plan, error: prediction },
  ])
})
