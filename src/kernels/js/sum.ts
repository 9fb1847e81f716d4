import type { OnFloats } from '../kernel.ts'

const { fround } = Math

/**
 * total[0][j] (+)= Σ_r matrix[r][j]; shapes matrix: r×j, total: 1×j. One chain per column in ascending r, from +0, or, if
 * `accumulate`, from the value in `total`; keeping the chain in memory between rows is exact.
 */
export const sumRows: OnFloats<'backwardBias'> = (floats, matrix, total, accumulate) => {
  if (!accumulate) for (let j = 0; j < total.columns; j++) floats[total.offset + j] = 0
  for (let r = 0; r < matrix.rows; r++) {
    const row = matrix.offset + r * matrix.stride
    for (let j = 0; j < total.columns; j++)
      floats[total.offset + j] = fround(floats[total.offset + j] + floats[row + j])
  }
}

/**
 * target[i][j] = (sources[0] + sources[1]) + sources[2] …, each sum rounded. The chain starts at the first source, not at
 * +0, which would turn −0 into +0. Each element is read from all sources before it is written, so `target` may be one of
 * them.
 */
export const sumMatrices: OnFloats<'sum'> = (floats, sources, target) => {
  const first = sources[0]
  for (let i = 0; i < target.rows; i++) {
    for (let j = 0; j < target.columns; j++) {
      let chain = floats[first.offset + i * first.stride + j]
      for (let s = 1; s < sources.length; s++) {
        const source = sources[s]
        chain = fround(chain + floats[source.offset + i * source.stride + j])
      }
      floats[target.offset + i * target.stride + j] = chain
    }
  }
}
