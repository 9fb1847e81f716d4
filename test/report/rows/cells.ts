import type { Verdict } from '../../../src/measure/verify.ts'
import { smallCell } from '../../runtime/cells.ts'

export const VERDICT: Verdict = { match: 'close', maxUlp: 1.5, sha256: 'ab12' }

export const serial = smallCell('serial')
export const data = smallCell('data', { threads: 3, reduction: 'gather' })
export const layer = smallCell('layer', { threads: 2 })
export const pipeline = smallCell('pipeline', { threads: 2, schedule: 'gpipe', optimizer: 'adam' })
export const CELLS = [serial, data, layer, pipeline]
