import { wrapped } from '../../dist/src/report/text/wrap.js'

/** Text as it stands in the documents. */

const WIDTH = 120

/** Sentences as one paragraph; those that are undefined are left out. */
export const paragraph = (...sentences) =>
  wrapped(sentences.filter((sentence) => sentence !== undefined).join(' '), WIDTH).join('\n')

/** Sentences as a list. */
export const listing = (sentences) => sentences.flatMap((sentence) => wrapped(sentence, WIDTH, 2, '- ')).join('\n')

/** "a, b and c" */
export const listed = (items) => [items.slice(0, -1).join(', '), ...items.slice(-1)].filter(Boolean).join(' and ')

/** Parts of a block, with an empty line between them; those that are empty are left out. */
export const together = (...parts) => parts.filter(Boolean).join('\n\n')

export const fenced = (text) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``
