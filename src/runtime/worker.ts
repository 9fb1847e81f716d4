import { createKernel } from '../kernels/choose.ts'
import { createRank } from './rank.ts'

export default createRank(createKernel)
