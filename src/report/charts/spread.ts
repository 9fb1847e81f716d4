/**
 * Places labels as near as possible to `wanted`, in the same order, at least `gap` apart and within [low, high]. Runs of
 * labels that touch are centred over the mean of their wanted places (the pool-adjacent-violators algorithm). Where there
 * is no room for all, they begin at `low`.
 *
 * @param wanted pixels, in any order
 * @returns pixels, in the order of `wanted`
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b)
  const runs: { members: number[]; start: number }[] = []
  const end = ({ members, start }: (typeof runs)[number]) => start + gap * members.length
  const room = Math.max(low, high)
  for (const index of order) {
    let run = { members: [index], start: Math.min(Math.max(wanted[index], low), room) }
    for (let last = runs.at(-1); last && end(last) > run.start; last = runs.at(-1)) {
      runs.pop()
      run = settled([...last.members, ...run.members])
    }
    runs.push(run)
  }
  const places = wanted.slice()
  for (const { members, start } of runs) members.forEach((index, k) => (places[index] = start + gap * k))
  return places

  function settled(members: number[]): { members: number[]; start: number } {
    const middle = members.reduce((sum, index, k) => sum + wanted[index] - gap * k, 0) / members.length
    const latest = room - gap * (members.length - 1)
    return { members, start: Math.max(low, Math.min(middle, latest)) }
  }
}
