import { FORMS, PACKED_FLOATS, TILE_WIDTH, type Form } from '../kernel.ts'
import { microKernel, type Epilogue, type StorageOrder } from './micro-kernel.ts'
import { along, down, parameters } from './panels.ts'
import { copyRectangle, packRows, packStrips, packTransposed } from './pack.ts'
import { DEPTH, FEWEST_ROWS, PANELS, type Tile } from './specification.ts'
import { advance, constant, FLOAT, get, repeat, WIDTH, WIDTH_BYTES } from './text.ts'

const PRODUCT = ['a', 'aStep', 'b', 'bStep', 'c', 'cStep', 'e', 'eStep', 'rate', 'rows', 'columns', 'depth', 'accumulate', 'zeros', 'packed', 'edge', 'kept', 'strips'] as const // prettier-ignore

type ProductName = 'forward_bias' | 'forward_bias-relu' | 'input_store' | 'input_mask' | 'weight_store' | 'weight_sgd'
/** The exported products. All parameters are integers: addresses and distances in bytes, counts and flags. */
export type Products = Readonly<Record<ProductName, (...operands: Integers<typeof PRODUCT>) => void>>
type Integers<Names extends readonly string[]> = { [At in keyof Names]: number }

const bytes = (columns: string) => `(i32.mul ${columns} ${constant(FLOAT)})`

const from = (start: string, distance: string) => `(i32.add (local.get ${start}) ${distance})`

const [atC, atE] = [from('$c', bytes(get('$j'))), from('$e', bytes(get('$j')))]

const operands = (c: string, cStep: string, e: string, eStep: string) => `
    (local.get $ak) (local.get $aStep) (local.get $bp) (local.get $bpStep) (local.get $kc)
    (local.get $in) (local.get $inStep) ${c} ${cStep} ${e} ${eStep} (local.get $rate) (local.get $rows)`

/** The epilogue runs in the last block of k only. */
const eitherEpilogue = (last: string, other: string) => `(if (local.get $last) (then ${last}) (else ${other}))`

const copy = (a: string, aStep: string, b: string, bStep: string, rows = get('$rows')) =>
  `(call $copy ${a} ${aStep} ${b} ${bStep} ${rows} (local.get $n))`

/** Multiplies the packed panels, all as wide as the tile. */
function multiplyWhole(order: StorageOrder, epilogue: Epilogue): string {
  const [way, more] =
    order === 'rows'
      ? ['down', '']
      : ['along', ' (local.get $panels) (local.get $bpNext) (local.get $inNext) (local.get $strips)']
  const call = (end: Epilogue, e: string, eStep: string) =>
    `(call $${way}_${order}_${end} ${operands(atC, get('$cStep'), e, eStep)}${more})`
  const multiply = eitherEpilogue(call(epilogue, atE, get('$eStep')), call('store', get('$zeros'), constant(0)))
  return order === 'rows'
    ? repeat('$panel', '$panels')`${startOfChains(atC)}
        ${multiply}
        ${advance('$bp', get('$bpNext'))}
        ${advance('$j', WIDTH)}`
    : `${startOfChains(atC)}
      (local.set $inNext (select ${WIDTH_BYTES} (i32.const 0) (local.get $inStep)))
      ${multiply}
      ${advance('$bp', '(i32.mul (local.get $panels) (local.get $bpNext))')}
      ${advance('$j', `(i32.mul (local.get $panels) ${WIDTH})`)}`
}

/** Multiplies the last panel, narrower than the tile: at full width in a buffer of its own, which is copied to C. */
function multiplyNarrow(order: StorageOrder, epilogue: Epilogue): string {
  const [edge, operand] = [get('$edge'), get('$edgeOperand')]
  const call = (end: Epilogue, e: string, eStep: string) =>
    `(call $down_${order}_${end} ${operands(edge, WIDTH_BYTES, e, eStep)})`
  const toC = copy(edge, WIDTH_BYTES, atC, get('$cStep'))
  // All rows of C share the one row of the bias; other operands have a row for each.
  const shared = epilogue.startsWith('bias')
  return `
      ${startOfChains(edge, WIDTH_BYTES)}
      (if (local.get $inStep) (then ${copy(atC, get('$cStep'), edge, WIDTH_BYTES)}))
      ${eitherEpilogue(
        `${epilogue === 'store' ? '' : copy(atE, get('$eStep'), operand, WIDTH_BYTES, shared ? constant(1) : undefined)}
        ${call(epilogue, operand, shared ? constant(0) : WIDTH_BYTES)}
        ${epilogue === 'sgd' ? copy(operand, WIDTH_BYTES, atE, get('$eStep')) : toC}`,
        `${call('store', get('$zeros'), constant(0))}
        ${toC}`,
      )}`
}

/** Sets where chains start: at C's values if they have begun, else at zero. */
const startOfChains = (c: string, cStep = get('$cStep')): string => `
      (if (i32.or (local.get $k) (local.get $accumulate))
        (then (local.set $in ${c}) (local.set $inStep ${cStep}))
        (else (local.set $in (local.get $zeros)) (local.set $inStep (i32.const 0))))`

const inB = (row: string, column: string): string =>
  from('$b', `(i32.add (i32.mul (local.get ${row}) (local.get $bStep)) ${bytes(get(column))})`)

/** Panels lie one row further apart than they are long: at a power of two they would share sets of the cache. */
const PACKED_PANELS = `
      (local.set $bp (local.get $packed))
      (local.set $bpStep ${WIDTH_BYTES})
      (local.set $bpNext (i32.mul (i32.add (local.get $kc) (i32.const 1)) ${WIDTH_BYTES}))`

/** Code that packs B: whole panels, or the last one; `kept` sets the pointers if `keep` has packed it. */
const PACK_ROWS = {
  whole: `(if (i32.lt_s (local.get $rows) ${constant(FEWEST_ROWS)})
         (then (local.set $bp ${inB('$k', '$j')}) (local.set $bpStep (local.get $bStep)) (local.set $bpNext ${WIDTH_BYTES}))
         (else (call $pack_rows ${inB('$k', '$j')} (local.get $bStep) (local.get $packed) (local.get $bpNext) (local.get $kc) (local.get $panels))))`,
  narrow: copy(inB('$k', '$j'), get('$bStep'), get('$packed'), WIDTH_BYTES, get('$kc')),
  kept: '',
}

const transpose = (rows: string, panel: string, columns: string): string =>
  `(call $pack_transposed ${rows} (local.get $bStep) ${panel} (local.get $kc) ${columns})`

/** The same where B is stored as its transpose. */
const PACK_TRANSPOSED = {
  whole: `(if (i32.eqz (local.get $kept)) (then (local.set $p (local.get $panels))
       (local.set $from ${inB('$j', '$k')})
       (local.set $to (local.get $packed))
       ${repeat('$transpose', '$p')`${transpose(get('$from'), get('$to'), WIDTH)}
          ${advance('$from', `(i32.mul ${WIDTH} (local.get $bStep))`)}
          ${advance('$to', get('$bpNext'))}`}))`,
  narrow: `(if (i32.eqz (local.get $kept)) (then
         ${transpose(inB('$j', '$k'), get('$packed'), get('$n'))}))`,
  kept: `(if (local.get $kept) (then
        (local.set $bpNext (i32.mul (local.get $depth) ${WIDTH_BYTES}))
        (local.set $bp (i32.add ${from('$kept', `(i32.mul (local.get $j) ${bytes(get('$depth'))})`)} (i32.mul (local.get $k) ${WIDTH_BYTES})))))`,
}

/**
 * How the operands of a product lie in memory. The order of A decides the way through a group of packed panels. `rows`:
 * down, panel by panel, all rows of each; the panel stays in the first-level cache and A streams by. `columns`: along,
 * strip by strip of rows, through all panels of the group; this suits results larger than the operands, since each row of
 * the result is touched once.
 */
const LAYOUTS: Readonly<Record<Form, { order: StorageOrder; pack: typeof PACK_ROWS; epilogues: readonly Epilogue[] }>> =
  {
    forward: { order: 'rows', pack: PACK_ROWS, epilogues: ['bias', 'bias-relu'] },
    input: { order: 'rows', pack: PACK_TRANSPOSED, epilogues: ['store', 'mask'] },
    weight: { order: 'columns', pack: PACK_ROWS, epilogues: ['store', 'sgd'] },
  }

/**
 * The loops around the micro-kernel: blocks of k, so that a panel of B fits the first-level cache; groups of panels,
 * packed together, each used by all rows of A. At the end of a block of k the chains are stored to C, and the next block
 * continues from there, which is exact.
 *
 * `$kept`, if it is not 0, is all of B as packed by `keep`. `$zeros` is a row of zeros. `$packed` has room for a
 * group, `$strips` for strips of A, `$edge` for the tile's width times the rows, twice.
 */
function product(form: Form, epilogue: Epilogue): string {
  const { order, pack } = LAYOUTS[form]
  return `
(func $${form}_${epilogue} (export "${form}_${epilogue}") ${parameters(PRODUCT)}
  (local $k i32) (local $kc i32) (local $most i32) (local $last i32) (local $j i32) (local $n i32)
  (local $panels i32) (local $group i32) (local $p i32) (local $from i32) (local $to i32)
  (local $ak i32) (local $bp i32) (local $bpStep i32) (local $bpNext i32)
  (local $in i32) (local $inStep i32) (local $inNext i32) (local $edgeOperand i32)
  (local.set $edgeOperand (i32.add (local.get $edge) (i32.mul (local.get $rows) ${WIDTH_BYTES})))
  ${evenBlocks(DEPTH[order])}
  (loop $block
    (local.set $kc (i32.sub (local.get $depth) (local.get $k)))
    (if (i32.gt_s (local.get $kc) (local.get $most)) (then (local.set $kc (local.get $most))))
    (local.set $last (i32.eq (i32.add (local.get $k) (local.get $kc)) (local.get $depth)))
    (local.set $ak (i32.add (local.get $a) ${order === 'rows' ? bytes(get('$k')) : '(i32.mul (local.get $k) (local.get $aStep))'}))
    (local.set $group ${order === 'rows' ? constant(PANELS) : evenGroups})
    (local.set $j (i32.const 0))
    (loop $panels_of_group
      (local.set $n (i32.sub (local.get $columns) (local.get $j)))
      (local.set $panels (i32.div_u (local.get $n) ${WIDTH}))
      (if (i32.gt_s (local.get $panels) (local.get $group)) (then (local.set $panels (local.get $group))))
      ${PACKED_PANELS}
      ${pack.kept}
      (if (local.get $panels)
        (then
          ${pack.whole}
          ${multiplyWhole(order, epilogue)})
        (else
          ${pack.narrow}
          ${multiplyNarrow(order, epilogue)}
          (local.set $j (local.get $columns))))
      (br_if $panels_of_group (i32.lt_s (local.get $j) (local.get $columns))))
    ${advance('$k', get('$kc'))}
    (br_if $block (i32.lt_s (local.get $k) (local.get $depth)))))`
}

/** Packs a whole matrix for the form `input`, in panels of the full depth, for use by several products. */
const keep = `
(func $keep (export "keep") (param $b i32) (param $bStep i32) (param $to i32) (param $columns i32) (param $depth i32)
  (loop $panel
    (call $pack_transposed (local.get $b) (local.get $bStep) (local.get $to) (local.get $depth) (local.get $columns))
    ${advance('$b', `(i32.mul ${WIDTH} (local.get $bStep))`)}
    ${advance('$to', `(i32.mul ${WIDTH_BYTES} (local.get $depth))`)}
    (local.set $columns (i32.sub (local.get $columns) ${WIDTH}))
    (br_if $panel (i32.gt_s (local.get $columns) (i32.const 0)))))`

/** The fewest blocks of k, all of about the same size, in whole vectors: a short last block would be slow. */
const evenBlocks = (depth: number): string => `
  (local.set $k (i32.div_u (i32.add (local.get $depth) ${constant(depth - 1)}) ${constant(depth)}))
  (local.set $most (i32.div_u (i32.sub (i32.add (local.get $depth) (local.get $k)) (i32.const 1)) (local.get $k)))
  (local.set $most (i32.and (i32.add (local.get $most) (i32.const 3)) (i32.const -4)))
  (local.set $k (i32.const 0))`

const dividedUp = (a: string, b: string): string => `(i32.div_u (i32.sub (i32.add ${a} ${b}) (i32.const 1)) ${b})`

const allPanels = `(i32.div_u (i32.add (local.get $columns) ${constant(TILE_WIDTH - 1)}) ${WIDTH})`
const mostPanels = `(i32.div_u ${constant(PACKED_FLOATS)} (i32.mul (i32.add (local.get $kc) (i32.const 1)) ${WIDTH}))`
/** Panels per group on the way along: the fewest groups that fit, all of about the same size. */
const evenGroups = dividedUp(allPanels, dividedUp(allPanels, mostPanels))

/** All functions for the products of one kernel: micro-kernels of every height, packing, and the loops around them. */
export function products(tile: Tile): string {
  const parts = [packRows, packTransposed, copyRectangle, packStrips(tile)]
  for (const order of ['rows', 'columns'] as const) {
    const layouts = Object.values(LAYOUTS).filter((layout) => layout.order === order)
    for (const epilogue of new Set<Epilogue>(['store', ...layouts.flatMap(({ epilogues }) => epilogues)])) {
      for (let rows = 1; rows <= tile.rows; rows++) parts.push(microKernel(order, epilogue, rows, tile.fused))
      parts.push(down(order, epilogue, tile))
      if (order === 'columns') parts.push(along(epilogue, tile))
    }
  }
  for (const form of FORMS) {
    for (const epilogue of LAYOUTS[form].epilogues) parts.push(product(form, epilogue))
  }
  return [...parts, keep].join('\n')
}
