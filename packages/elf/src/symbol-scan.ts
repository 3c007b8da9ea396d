/** A symbol by name, without a hash table: from the first symbol to the last, and through the names as they lead there. */
import type { RecordTable } from './fields.js'
import { standsAt } from './strings.js'
import type { WindowedBytes } from './windowed-bytes.js'

/**
 * Indices of all symbols of a name, in the order of the table. Of each name two bytes are looked at, which takes a fifth of the time of
 * a search through the string table; names may share tails, and one name may stand there twice.
 *
 * Linkers write names in the order of the symbols, but for those that are the tail of another: a window over each table moves
 * along once.
 * @param nameAt where st_name lies in a symbol
 * @param wanted the name with its NUL
 */
export function* scanForName(
  symbols: RecordTable,
  nameAt: number,
  strings: WindowedBytes,
  wanted: Uint8Array,
): IterableIterator<number> {
  const { stride } = symbols
  const { littleEndian } = symbols.encoding
  for (let index = 0; index < symbols.length; ) {
    const { view, from, to } = symbols.stretch(index)
    const { bytes, start } = strings
    const at = nextCandidate(view, from + nameAt, to, stride, littleEndian, bytes, start, wanted[0]!, wanted.length - 1)
    index += Math.floor((at - from) / stride)
    if (at >= to) continue
    const offset = view.getUint32(at, littleEndian)
    if (offset + wanted.length <= strings.length) {
      if (offset < start || offset + wanted.length > start + bytes.length) {
        strings.moveTo(offset, wanted.length)
        continue
      }
      if (standsAt(bytes, offset - start, wanted)) yield index
    }
    index++
  }
}

/**
 * The first st_name from `at` on, `stride` bytes apart, whose name may be the one that is wanted: it begins and ends like that, or
 * does not lie in the window `bytes` over the names. Small, for before it is compiled each step takes fifty times as long.
 */
function nextCandidate(
  view: DataView,
  at: number,
  to: number,
  stride: number,
  littleEndian: boolean,
  bytes: Uint8Array,
  start: number,
  first: number,
  last: number,
): number {
  for (; at < to; at += stride) {
    const name = view.getUint32(at, littleEndian) - start
    const letter = bytes[name]
    if (letter === undefined || (letter === first && !bytes[name + last])) break
  }
  return at
}
