/** Names by pattern, and the names that are nearest to a wrong one. */

/** Whether a name has what a pattern has besides letters: `*` for any text, `?` for one character. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}

/** A test for names: a pattern is that of the whole name, any other text may stand anywhere in it. */
export function nameTest(pattern: string): (name: string) => boolean {
  if (!isPattern(pattern)) {
    const wanted = pattern.toLowerCase()
    return (name) => name.toLowerCase().includes(wanted)
  }
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  const whole = new RegExp(`^${source}$`, 's')
  return (name) => whole.test(name)
}

/** Longest name that is compared: the time it takes grows with the square. */
const LONGEST = 200

/** The names that somebody who wrote `wanted` may have meant, the nearest first. */
export function nearestNames(wanted: string, names: Iterable<string>, most: number): string[] {
  const identifier = lastPart(wanted)
  // One letter in three may be wrong.
  const limit = Math.max(1, Math.floor(identifier.length / 3))
  const found: { readonly name: string; readonly distance: number }[] = []
  for (const name of names) {
    const own = lastPart(name)
    if (Math.abs(own.length - identifier.length) > limit || own.length > LONGEST) continue
    const distance = editDistance(own.toLowerCase(), identifier.toLowerCase())
    // Of variables that are equally near, those of a package that is named alike.
    if (distance <= limit) found.push({ name, distance: distance * 100 + Math.min(99, editDistance(name, wanted)) })
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return found.slice(0, most).map(({ name }) => name)
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Letters that are to be inserted, deleted or replaced (Levenshtein). */
function editDistance(left: string, right: string): number {
  const a = left.slice(-LONGEST)
  const b = right.slice(-LONGEST)
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
