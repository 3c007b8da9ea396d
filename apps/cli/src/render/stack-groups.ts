/** Goroutines that do the same: equal stacks, as people see them, in the same state. */
import type { Snapshot } from '@gospy/goruntime'
import { placeKey, placeOfCode } from './place.js'
import type { StackLooks } from './shown-frames.js'
import { stateText } from './state-text.js'

/** Rows of the goroutines of a group, by rising id; never empty. */
export type StackGroup = readonly number[]

/**
 * The groups, the largest first, equally large ones by their lowest id; those of the dead behind the living, those of the
 * runtime behind all others.
 */
export function stackGroups(snapshot: Snapshot, rows: ArrayLike<number>, looks: StackLooks): StackGroup[] {
  const { status, waitReason, start, creator } = snapshot.data.columns
  const state = numbered((row) => stateText(snapshot.at(row)))
  const origin = numbered((row) => {
    const goroutine = snapshot.at(row)
    return `${placeKey(placeOfCode(goroutine.startFunction))}\0${placeKey(placeOfCode(goroutine.createdBy))}`
  })
  const groups = new Map<string, number[]>()
  let lastKey = ''
  let last: number[] = []
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    const look = looks.of(row)
    const { dead, system, stack } = snapshot.at(row)
    // Without a stack, what they were started as is all that there is to tell them apart; the dead are nobody any more.
    const from = stack !== null || dead ? -1 : origin(`${start[row]},${creator[row]}`, row)
    const key = `${look},${state(`${status[row]},${waitReason[row]}`, row)},${system},${from}`
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

/**
 * Numbers rows so that those of which `textOf` gives the same have the same number.
 * @returns takes, with a row, what decides its text: the text is made once for each such key
 */
function numbered(textOf: (row: number) => string): (key: string, row: number) => number {
  const byText = new Map<string, number>()
  const byKey = new Map<string, number>()
  return (key, row) => {
    let number = byKey.get(key)
    if (number === undefined) {
      const text = textOf(row)
      number = byText.get(text) ?? byText.size
      byText.set(text, number)
      byKey.set(key, number)
    }
    return number
  }
}
