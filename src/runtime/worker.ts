import { js } from '../kernels/js/js.ts'
import { createRank } from './rank.ts'

export default createRank({ js })
