import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SyntaxKind, type Node } from 'typescript/unstable/ast'
import {
  isCallExpression,
  isExportDeclaration,
  isFunctionLikeDeclaration,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isStringLiteral,
} from 'typescript/unstable/ast/is'
import { API } from 'typescript/unstable/sync'
import { expect, it } from 'vitest'

/** From the top down: a room may import from itself and from the rooms below it. */
const ROOMS = [
  'bench',
  'page',
  'report',
  'claims',
  'measure',
  'runtime',
  'cells',
  'simulate',
  'plan',
  'model',
  'kernels',
]
/** The floor below all rooms. */
const ERRORS = 'src/errors.ts'
const BROWSER_ROOMS = ['plan', 'simulate', 'cells', 'claims']

const MOST_LINES_OF_A_FILE = 250
const MOST_LINES_OF_A_FUNCTION = 80

interface Import {
  /** `src/errors.ts:3`, where the import stands. */
  readonly at: string
  /** The file within the repository, or the name of the package. */
  readonly target: string
  readonly isFile: boolean
  /** `import type` and `import('…')` types are gone once compiled. */
  readonly isType: boolean
}

interface Source {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly functions: readonly { at: string; lines: number }[]
}

const root = repositoryRoot(dirname(fileURLToPath(import.meta.url)))
const parsed = new Map(parse(['src', 'bench', 'test'].flatMap(filesIn)).map((source) => [source.path, source]))
const sources = [...parsed.values()].filter(({ path }) => !path.startsWith('test/'))
const imports = sources.flatMap((source) => source.imports.map((each) => ({ ...each, path: source.path })))

it('every file is in a room', () => {
  expect(sources.map(({ path }) => path).filter((path) => floor(path) < 0)).toEqual([])
})

it('a room imports only from itself and from the rooms below it, types included', () => {
  const upwards = imports.filter(({ path, target, isFile }) => isFile && floor(target) < floor(path))
  expect(upwards.map(({ at, target }) => `${at} imports ${target}`)).toEqual([])
})

it(`${ERRORS} imports nothing`, () => {
  expect(imports.filter(({ path }) => path === ERRORS).map(({ at }) => at)).toEqual([])
})

it('no files import each other in a circle, types included', () => {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (done.has(path)) return
    for (const { at, target } of parsed.get(path)?.imports ?? []) {
      const start = [...trail, path].indexOf(target)
      if (start >= 0) circles.push(`${at}: ${[...trail, path, target].slice(start).join(' → ')}`)
      else visit(target, [...trail, path])
    }
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  expect(circles).toEqual([])
})

it(`a browser can run ${BROWSER_ROOMS.join(', ')}: neither they nor what they load import from Node or packages`, () => {
  const loaded = new Set(sources.map(({ path }) => path).filter(inBrowserRoom))
  // A set that grows while it is iterated: this visits the new files, too.
  for (const path of loaded) {
    for (const { target, isFile, isType } of parsed.get(path)?.imports ?? []) if (isFile && !isType) loaded.add(target)
  }
  const foreign = imports.filter(
    ({ path, isFile, isType }) => !isFile && loaded.has(path) && (!isType || inBrowserRoom(path)),
  )
  expect(foreign.map(({ at, target }) => `${at} imports ${target}`)).toEqual([])
})

it(`no file has more than ${MOST_LINES_OF_A_FILE} lines`, () => {
  const long = sources.filter(({ lines }) => lines > MOST_LINES_OF_A_FILE)
  expect(long.map(({ path, lines }) => `${path}:${lines}: ${lines} lines`)).toEqual([])
})

it(`no function has more than ${MOST_LINES_OF_A_FUNCTION} lines, unless it returns the text of a kernel`, () => {
  const long = sources.flatMap(({ functions }) => functions).filter(({ lines }) => lines > MOST_LINES_OF_A_FUNCTION)
  expect(long.map(({ at, lines }) => `${at}: ${lines} lines`)).toEqual([])
})

it('no file or folder is called utils, common or helpers', () => {
  const shapeless = [...parsed.keys()].filter((path) => /(^|\/)(utils?|common|helpers?)[./]/.test(path))
  expect(shapeless).toEqual([])
})

it('a source has the test that is named after it where it lies itself', () => {
  const astray = [...parsed.values()].flatMap(({ path, imports: its }) => {
    const name = path.replace(/.*\/(.*)\.test\.ts$/, '/$1.ts')
    const subjects = its.map(({ target }) => target).filter((target) => target.endsWith(name))
    const places = subjects.map((subject) => subject.replace(/^(?:(?:src|test)\/)?(.*)\.ts$/, 'test/$1.test.ts'))
    const mirrored = places.length === 0 || places.some((place) => parsed.has(place))
    return mirrored ? [] : [`${path}: expected ${places.join(' or ')}`]
  })
  expect(astray).toEqual([])
})

function repositoryRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : repositoryRoot(dirname(folder))
}

/** The TypeScript files of a folder, named from the root of the repository. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
}

function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second : top
}

function floor(path: string): number {
  return path === ERRORS ? ROOMS.length : ROOMS.indexOf(roomOf(path))
}

function inBrowserRoom(path: string): boolean {
  return BROWSER_ROOMS.includes(roomOf(path))
}

/** Parses files with the project's own compiler. */
function parse(files: readonly string[]): Source[] {
  const compiler = new API({ cwd: root })
  try {
    const [project] = compiler.updateSnapshot({ openProject: join(root, 'tsconfig.json') }).getProjects()
    return files.map((path) => {
      const file = project?.program.getSourceFile(join(root, path))
      if (!file) throw new Error(`${path}: not part of tsconfig.json`)
      const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1
      const generatesText = path.startsWith('src/kernels/wasm/')
      const found: Import[] = []
      const functions: { at: string; lines: number }[] = []
      const visit = (node: Node): void => {
        const first = lineOf(node.getStart(file))
        const specifier = specifierOf(node)
        if (specifier !== undefined) {
          const isFile = specifier.startsWith('.')
          const target = isFile ? join(dirname(path), specifier).replaceAll('\\', '/') : specifier
          found.push({ at: `${path}:${first}`, target, isFile, isType: isTypeImport(node) })
        }
        if (isFunctionLikeDeclaration(node) && !(generatesText && node.type?.kind === SyntaxKind.StringKeyword)) {
          functions.push({ at: `${path}:${first}`, lines: lineOf(node.getEnd()) - first + 1 })
        }
        node.forEachChild(visit)
      }
      visit(file)
      return {
        path,
        lines: readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length,
        imports: found,
        functions,
      }
    })
  } finally {
    compiler.close()
  }
}

/** What an import or export statement, an `import()` or an `import('…')` type names. */
function specifierOf(node: Node): string | undefined {
  const named =
    isImportDeclaration(node) || isExportDeclaration(node)
      ? node.moduleSpecifier
      : isImportTypeNode(node) && isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined
  return named && isStringLiteral(named) ? named.text : undefined
}

function isTypeImport(node: Node): boolean {
  if (isImportDeclaration(node)) return node.importClause?.phaseModifier === SyntaxKind.TypeKeyword
  return isImportTypeNode(node) || (isExportDeclaration(node) && node.isTypeOnly)
}
