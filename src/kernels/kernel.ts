/**
 * The interface between what is computed and how fast: all arithmetic on matrices is a method of a `Kernel`.
 *
 * All kernels of one arithmetic class give the same bits, so the order of every sum is part of each method's contract, not
 * an implementation detail.
 */

export const FLOAT_BYTES = 4
/** Floats of a page of WebAssembly memory. */
export const PAGE_FLOATS = 16_384

/** A rectangle of float32 in the kernel's memory: element (i, j) is `floats[offset + i * stride + j]`. */
export interface Matrix {
  /** Index of element (0, 0), in floats from the start of the memory. Mutable: each step reads another batch. */
  offset: number
  readonly rows: number
  readonly columns: number
  /** Distance between the starts of two rows, in floats; at least `columns`. */
  readonly stride: number
}

export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid', 'identity'] as const
export type Activation = (typeof ACTIVATIONS)[number]
export const LOSSES = ['cross-entropy', 'mse'] as const
export type Loss = (typeof LOSSES)[number]
export const OPTIMIZERS = ['sgd', 'momentum', 'adam'] as const
export type Optimizer = (typeof OPTIMIZERS)[number]

/** The products of a dense layer: output x·w, input gradient dy·wᵀ, weight gradient xᵀ·dy. */
export const FORMS = ['forward', 'input', 'weight'] as const
export type Form = (typeof FORMS)[number]

/**
 * How a multiply-add rounds. `f32`: product and sum each rounded to float32. `fma`: once, after both.
 * Kernels of the same class agree to the bit; kernels of different classes do not.
 */
export type Arithmetic = 'f32' | 'fma'

/** The numbers of an optimizer step; all are rounded to float32 before use. */
export interface Hyperparameters {
  readonly learningRate: number
  /** Decay of momentum's velocity, or of Adam's first moment. */
  readonly beta1: number
  /** Decay of Adam's second moment. */
  readonly beta2: number
  /** Adam's guard against division by zero. */
  readonly epsilon: number
}

export interface Kernel {
  readonly name: string
  readonly arithmetic: Arithmetic

  /**
   * y[r][j] = activation( (Σ_k x[r][k]·w[k][j]) + bias[0][j] ), shapes x: r×k, w: k×j, bias: 1×j, y: r×j.
   * One chain per element from +0 in ascending k; the bias is added after the chain. relu: v > 0 ? v : 0; tanh and sigmoid
   * are sequences of float32 operations, each rounded on its own in every arithmetic class (js/transcendental.ts).
   */
  forward(x: Matrix, w: Matrix, bias: Matrix, y: Matrix, activation: Activation): void

  /**
   * dx[r][k] = (Σ_j dy[r][j]·w[k][j]) · activation'(x[r][k]), shapes dy: r×j, w: k×j, x and dx: r×k.
   * The derivative is computed from the activation's output `x`: relu: x > 0 ? 1 : 0; tanh: 1 − x²; sigmoid: x·(1 − x).
   * One chain per element from +0 in ascending j. `packed`, if given, is w as packed by `pack`.
   */
  backwardInput(dy: Matrix, w: Matrix, x: Matrix, dx: Matrix, activation: Activation, packed?: Matrix): void

  /**
   * Packs w: k×j in the order in which this kernel's `backwardInput` reads it, which then need not pack it each time.
   * `packed` has j columns, and k rows rounded up to a multiple of `TILE_WIDTH`.
   */
  pack(w: Matrix, packed: Matrix): void

  /**
   * dw[k][j] (+)= Σ_r x[r][k]·dy[r][j], shapes x: r×k, dy: r×j, dw: k×j.
   * One chain per element in ascending r, from +0, or, if `accumulate`, from the value in `dw`: chains run on over
   * microbatches.
   */
  backwardWeight(x: Matrix, dy: Matrix, dw: Matrix, accumulate: boolean): void

  /**
   * `backwardWeight` and then `sgd` on w, in one: the sums need not be stored. Chains start where those of
   * `backwardWeight` do, never at w; afterwards `dw` holds nothing of use.
   */
  backwardWeightSgd(x: Matrix, dy: Matrix, dw: Matrix, w: Matrix, accumulate: boolean, hyper: Hyperparameters): void

  /** db[0][j] (+)= Σ_r dy[r][j], shapes dy: r×j, db: 1×j. The chain is that of `backwardWeight`. */
  backwardBias(dy: Matrix, db: Matrix, accumulate: boolean): void

  /**
   * Loss and its gradient with respect to the last layer's output y: r×j; labels: r×1 (class index as float);
   * dy: r×j, already multiplied by `scale` = fround(1 / whole batch); losses: r×1, not scaled.
   *
   * `cross-entropy`: loss = −log softmax(y)[label]; dy = (softmax(y) − onehot)·scale.
   * `mse`: loss = ½·Σ_j (y − onehot)²; dy = (y − onehot)·scale.
   * Row sums run in four lanes (columns j ≡ 0, 1, 2, 3 mod 4, ascending, from +0), combined as (l0 + l1) + (l2 + l3).
   * Each operation is rounded on its own in every arithmetic class; js/loss.ts states their order, and
   * js/transcendental.ts that of exp and log.
   */
  loss(kind: Loss, y: Matrix, labels: Matrix, dy: Matrix, losses: Matrix, scale: number): void

  /** target[i][j] = Σ sources[s][i][j], in the order of `sources` (`target` may be one of them); all the same shape. */
  sum(sources: readonly Matrix[], target: Matrix): void

  /** w −= learningRate·g; all n×m. */
  sgd(w: Matrix, g: Matrix, hyper: Hyperparameters): void

  /** v = beta1·v + g; w −= learningRate·v; all n×m. */
  momentum(w: Matrix, g: Matrix, v: Matrix, hyper: Hyperparameters): void

  /**
   * Adam (Kingma and Ba 2015, algorithm 1): m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²;
   * w −= learningRate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε). `power1` and `power2` are β₁ᵗ and
   * β₂ᵗ, products in float64 of the rounded β.
   */
  adam(w: Matrix, g: Matrix, m: Matrix, v: Matrix, hyper: Hyperparameters, power1: number, power2: number): void
}

/** A method of a kernel as a function on the floats of its memory. */
export type OnFloats<Method extends Exclude<keyof Kernel, 'name' | 'arithmetic'>> = (
  floats: Float32Array,
  ...operands: Parameters<Kernel[Method]>
) => void

/** Columns of the widest tile of any kernel. */
export const TILE_WIDTH = 16
/** Floats of B that a kernel packs at a time: 320 KiB of a second-level cache of at least 512 KiB. */
export const PACKED_FLOATS = 81_920
/** Floats of A that a kernel packs at a time. */
export const STRIP_FLOATS = 4096

/**
 * Floats of scratch memory for products of matrices of at most `rows` rows: packed strips and panels, two panels for the
 * last columns of the result, and some constants on cache lines of their own.
 */
export const scratchFloats = (rows: number): number => STRIP_FLOATS + PACKED_FLOATS + TILE_WIDTH * (2 * rows + 2)

/** Makes a kernel that works on `memory`, shared by all threads; it owns `scratchFloats` floats from `scratch` on. */
export type KernelFactory = (memory: WebAssembly.Memory, scratch: number) => Kernel

/** From the slowest to the fastest. */
export const KERNELS = ['js', 'simd', 'fma', 'fma256'] as const
export type KernelName = (typeof KERNELS)[number]

/** A kernel as it is sent to threads, with its compiled code unless it is plain JavaScript. */
export interface KernelChoice {
  readonly name: KernelName
  readonly arithmetic: Arithmetic
  readonly module?: WebAssembly.Module
}
