/** A symbol by name, without a hash table: where the name stands in the string table, then who points there. */
import { lastIndexOfBytes } from '@gospy/bytes'
import type { RecordTable } from './fields.js'
import { standsAt } from './strings.js'
import type { WindowedBytes } from './windowed-bytes.js'

/** So many bytes are searched for by Node's own code, led by one of them; for more it prepares a table, and takes longer. */
const TAIL = 7
/** How many places are looked for one after another; more by one pass over all symbols, which pays when there are that many. */
const FEW_PLACES = 4

/**
 * Indices of all symbols of a name, in the order of the table. Both tables are read once, front to back, and all that happens for each
 * byte or symbol happens in native code: in a new process code of our own would take ten times as long.
 * @param nameAt where st_name lies in a symbol
 * @param wanted the name with its NUL
 */
export function* searchForName(
  symbols: RecordTable,
  nameAt: number,
  strings: WindowedBytes,
  wanted: Uint8Array,
): IterableIterator<number> {
  const places = placesOf(wanted, strings)
  if (places.length === 1) {
    yield* symbols.all32(nameAt, places[0]!)
  } else if (places.length <= FEW_PLACES) {
    yield* places.flatMap((place) => [...symbols.all32(nameAt, place)]).sort((a, b) => a - b)
  } else {
    const all = new Set(places)
    for (let index = 0; index < symbols.length; index++) if (all.has(symbols.u32(index, nameAt))) yield index
  }
}

/** All places where the name stands: mostly one, but names may share tails, and one name may stand there twice. */
function placesOf(wanted: Uint8Array, strings: WindowedBytes): number[] {
  const places: number[] = []
  // From its end, for a NUL is rarer than a letter.
  const tail = wanted.subarray(-TAIL)
  const before = wanted.length - tail.length
  for (let from = 0; from + wanted.length <= strings.length; ) {
    if (from < strings.start || from + wanted.length > strings.start + strings.bytes.length) {
      strings.moveTo(from, wanted.length)
    }
    const { bytes, start } = strings
    const first = from - start
    let at = lastIndexOfBytes(bytes, tail)
    for (; at - before >= first; at = lastIndexOfBytes(bytes, tail, at - 1)) {
      if (standsAt(bytes, at - before, wanted)) places.push(start + at - before)
    }
    from = start + bytes.length - wanted.length + 1
  }
  return places
}
