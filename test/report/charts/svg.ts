/** An element and its ancestors, outermost first, each by its `aria-label` or else by its name. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly within: readonly string[]
  readonly text: string
}

const TOKEN = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
const ENTITY = /&(?!(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[\da-f]+);)/i

/**
 * Reads SVG as strictly as an XML parser would: tags close in order, attributes are quoted, once each, and nothing is
 * left unescaped.
 *
 * @throws Error if it is not well-formed
 */
export function elementsOf(svg: string): Element[] {
  const elements: Element[] = []
  const open: { name: string; label: string; index: number }[] = []
  let at = 0
  for (const match of svg.matchAll(TOKEN)) {
    const [whole, closing, name, attributeText, empty, text] = match
    at = match.index + whole.length
    if (ENTITY.test(whole)) throw new Error(`not escaped: ${whole}`)
    if (text !== undefined) {
      const last = open.at(-1)
      if (last) elements[last.index] = { ...elements[last.index], text: elements[last.index].text + unescaped(text) }
      else if (text.trim() !== '') throw new Error(`text outside: ${text}`)
    } else if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
    } else {
      const pairs = [...attributeText.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])
      const attributes = Object.fromEntries(pairs) as Record<string, string>
      if (Object.keys(attributes).length < pairs.length) throw new Error(`an attribute twice: ${whole}`)
      elements.push({ name, attributes, within: open.map(({ label }) => label), text: '' })
      const label = attributes['aria-label'] ?? name
      if (empty !== '/') open.push({ name, label, index: elements.length - 1 })
    }
  }
  if (at < svg.length) throw new Error(`not XML: ${svg.slice(at, at + 80)}`)
  if (open.length > 0) throw new Error(`<${open[0].name}> is not closed`)
  return elements
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** The marks of a kind that Plot has drawn: `dot`, `line`, `bar`, `rect`, … */
export const marks = (svg: string, kind: string): Element[] =>
  elementsOf(svg).filter(({ name, within }) => name !== 'g' && within.at(-1) === kind)

/** The lines of a text are joined by spaces. */
export function texts(svg: string): string[] {
  const found: string[] = []
  for (const { name, text } of elementsOf(svg)) {
    if (name === 'text') found.push(text)
    else if (name === 'tspan') found.push([found.pop(), text].filter(Boolean).join(' '))
  }
  return found
}
