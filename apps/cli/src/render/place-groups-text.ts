/** Goroutines by what they have in common, and where those of each group stand. */
import { Counter } from './counter.js'
import type { DumpContext } from './dump-context.js'
import { type GroupKey, groupName } from './group-name.js'
import { shownOf } from './items.js'
import { type Place, placeKey, placeOfFrame } from './place.js'
import { type Column, table } from './table.js'
import { count } from './text.js'

/** Places listed of a group; the others are counted. */
const MOST_PLACES = 10
const INDENT = '    '

const COLUMNS: Column[] = [
  { title: '', align: 'right' },
  { title: '', cut: 'middle', least: 20 },
  { title: '', cut: 'middle', least: 12 },
]

export function writePlaceGroups(context: DumpContext, rows: ArrayLike<number>, key: GroupKey): void {
  const { snapshot, width, paint, print } = context
  const groups = new Map<string, Counter<Place>>()
  const equal = new EqualPlaces()
  for (let index = 0; index < rows.length; index++) {
    const goroutine = snapshot.at(rows[index]!)
    const name = groupName(goroutine, key)
    let places = groups.get(name)
    if (places === undefined) {
      places = new Counter()
      groups.set(name, places)
    }
    places.add(equal.of(placeOfFrame(goroutine.current)))
  }
  const sorted = [...groups].sort(([a, { total }], [b, { total: other }]) => other - total || (a < b ? -1 : 1))
  const heads = table(
    [COLUMNS[0]!, COLUMNS[1]!],
    sorted.map(([name, { total }]) => [String(total), name]),
    width,
  ).slice(1)
  sorted.forEach(([, places], index) => {
    if (index > 0) print([''])
    print([paint('bold', heads[index]!), ...placeLines(places, width)])
  })
}

function placeLines(places: Counter<Place>, width: number | undefined): string[] {
  const sorted = places.sorted()
  const shown = shownOf(sorted.length, MOST_PLACES)
  const cells = sorted
    .slice(0, shown)
    .map(([{ name, line }, times]) => [String(times), name === '-' ? '(not known)' : name, line])
  const rest = sorted.slice(shown)
  if (rest.length > 0) {
    cells.push([String(rest.reduce((sum, [, times]) => sum + times, 0)), `in ${count(rest.length, 'more place')}`, ''])
  }
  return table(COLUMNS, cells, width && width - INDENT.length)
    .slice(1)
    .map((line) => INDENT + line)
}

/** One object for all places that look the same. */
class EqualPlaces {
  readonly #byText = new Map<string, Place>()
  readonly #known = new Map<Place, Place>()

  of(place: Place): Place {
    let equal = this.#known.get(place)
    if (equal === undefined) {
      const text = placeKey(place)
      equal = this.#byText.get(text) ?? place
      this.#byText.set(text, equal)
      this.#known.set(place, equal)
    }
    return equal
  }
}
