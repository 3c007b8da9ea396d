/** Goroutines that do the same: equal stacks, as people see them, in the same state. */
import type { Snapshot } from '@gospy/goruntime'
import type { StackLooks } from './shown-frames.js'

/** Rows of the goroutines of a group, by rising id; never empty. */
export type StackGroup = readonly number[]

/**
 * The groups, the largest first, equally large ones by their lowest id; those of the dead behind the living, those of the
 * runtime behind all others.
 */
export function stackGroups(snapshot: Snapshot, rows: ArrayLike<number>, looks: StackLooks): StackGroup[] {
  const { status, waitReason, start, creator } = snapshot.data.columns
  const groups = new Map<string, number[]>()
  let lastKey = ''
  let last: number[] = []
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    const look = looks.of(row)
    const { dead, system, stack } = snapshot.at(row)
    // Without a stack, what they were started as is all that there is to tell them apart; the dead are nobody any more.
    const origin = stack !== null || dead ? '' : `${start[row]},${creator[row]}`
    const key = `${look},${status[row]},${dead ? '' : waitReason[row]},${system},${origin}`
    // Goroutines of a kind follow each other.
    if (key !== lastKey) {
      lastKey = key
      const known = groups.get(key)
      last = known ?? []
      if (known === undefined) groups.set(key, last)
    }
    last.push(row)
  }
  const rank = (group: StackGroup) => {
    const { dead, system } = snapshot.at(group[0]!)
    return system ? 2 : dead ? 1 : 0
  }
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || b.length - a.length || a[0]! - b[0]!)
}
