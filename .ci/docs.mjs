// Makes what the documents take from the program and from the reference runs anew:
//   node .ci/docs.mjs           writes it into the documents
//   node .ci/docs.mjs --check   tells by its exit code whether it is fresh
// --documents FOLDER takes documents from elsewhere, --results FOLDER the runs.
// A block begins with <!-- table: NAME -->, <!-- measured: NAME --> or <!-- output: WORDS --> and ends with <!-- end -->.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseArgs } from 'node:util'
import { DOCUMENTS } from './docs/documents.mjs'
import { measuredOf } from './docs/measured.mjs'
import { outputOf } from './docs/output.mjs'
import { referencesIn } from './docs/reference.mjs'
import { tableOf } from './docs/tables.mjs'

const { check, documents, results } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    documents: { type: 'string', default: '.' },
    results: { type: 'string', default: 'results' },
  },
}).values
const references = referencesIn(results)

function blockOf(kind, asked, file) {
  const linkTo = (path) => posix.relative(posix.dirname(file), path)
  if (kind === 'table') return tableOf(asked)
  return kind === 'output' ? outputOf(asked, references) : measuredOf(asked, references, results, linkTo)
}

const documented = (text, file) =>
  text.replaceAll(/(<!-- (table|measured|output): (.+) -->\n)[^]*?(<!-- end -->)/g, (_, start, kind, asked, end) => {
    const block = blockOf(kind, asked, file)
    return block === '' ? `${start}\n${end}` : `${start}\n${block}\n\n${end}`
  })

/** As prettier leaves a text, but for the widths of columns. */
const squeezed = (text) => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---')

for (const file of DOCUMENTS) {
  const path = join(documents, file)
  const text = readFileSync(path, 'utf8')
  const made = documented(text, file)
  if (!check) writeFileSync(path, made)
  else if (squeezed(made) !== squeezed(text)) {
    console.error(`${file}: its tables or measured numbers are stale: npm run docs`)
    process.exitCode = 1
  }
}
