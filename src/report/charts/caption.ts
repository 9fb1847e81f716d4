import type { RunData } from './run-data.ts'

/** What all numbers of a chart depend on besides what it shows: kernel, Node, processor, work, run. */
export function captionOf({ machine, summary, growth }: RunData): string {
  const rows = summary ?? growth ?? []
  const all = (column: string) => [...new Set(rows.map((row) => row[column]))].filter(Boolean).join(', ')
  const cores = `${machine.availableCores} ${machine.availableCores === 1 ? 'core' : 'cores'}`
  const parts = [
    `kernel ${all('kernel')}`,
    `Node ${machine.node.replace(/^v/, '')}`,
    `${machine.cpu ?? 'unknown processor'}, ${cores}`,
    `run ${all('run_id')}`,
  ]
  return parts.join(' · ')
}
