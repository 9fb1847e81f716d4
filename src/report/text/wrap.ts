/**
 * Breaks text between words into lines that fit; a word that does not fit alone has a line of its own.
 *
 * @param fits whether there is room for a line; by default, whether it has at most 80 characters
 */
export function wrap(text: string, fits = (line: string) => line.length <= 80): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
