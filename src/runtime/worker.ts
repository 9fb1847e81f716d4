import { createKernel } from '../kernels/create.ts'
import { createRank } from './rank.ts'

export default createRank(createKernel)
