/** What the keys do, and what the columns mean. */
import { BINDINGS } from './keys.js'
import { type Line, line, span } from './styled.js'

const KEYS_WIDTH = 16

const COLUMNS: readonly (readonly [string, string])[] = [
  ['GROWTH', 'more or fewer than at the first look, or when r was pressed'],
  ['WAITED', 'for at least so long, the longest of them; a GC notes it'],
  ['STATE', 'of most of the group; +2: others are in two other states'],
]

export function helpLines(): Line[] {
  const keys = BINDINGS.flatMap(({ shown, help }) => (shown === undefined ? [] : [entry(shown, help ?? '')]))
  return [...keys, line(''), ...COLUMNS.map(([name, meaning]) => entry(name, meaning))]
}

function entry(name: string, text: string): Line {
  return [span(`  ${name.padEnd(KEYS_WIDTH)}`, 'bold'), span(text)]
}
