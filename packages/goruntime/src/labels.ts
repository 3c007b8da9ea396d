/**
 * pprof labels of a goroutine, from `g.labels`:
 *  - until Go 1.23 a pointer to a map[string]string (src/runtime/pprof/label.go), read bucket by bucket (src/runtime/map.go);
 *  - since Go 1.24 a pointer to a struct whose first field is a slice of {key, value string}, sorted by key
 *    (runtime/pprof/label.go; since 1.26 internal/runtime/pprof/label).
 */
import { decodeUtf8, type MemoryReader, readExactly } from '@gospy/bytes'
import { readStringBytes, readWord } from './go-string.js'
import type { LabelsForm } from './version-facts.js'

export type Labels = Readonly<Record<string, string>>

/** Labels as they lay in memory: keys and values as bytes. */
export type LabelsCopy = readonly Pair[]

/** More labels than this on one goroutine are taken for a wild pointer. */
const MAX_LABELS = 4096

/** More text than this on one goroutine likewise, in bytes. */
const MAX_TEXT = 1 << 20

/** Text that may still be read, in bytes. */
export class TextBudget {
  #left: number
  readonly #outer: TextBudget | undefined

  /** @param outer that what is taken is taken from as well */
  constructor(bytes: number, outer?: TextBudget) {
    this.#left = bytes
    this.#outer = outer
  }

  /** @throws RangeError when there is not so much */
  take(bytes: number): void {
    if (bytes > this.#left) throw new RangeError('more text than is read')
    this.#left -= bytes
    this.#outer?.take(bytes)
  }
}

/**
 * The labels at `pointer`, the value of `g.labels`, not 0.
 * @param text of all labels that are read
 * @throws UnreadableMemoryError or RangeError when what lies there is no set of labels, or there is more of it than is read
 */
export function readLabels(memory: MemoryReader, pointer: number, form: LabelsForm, text: TextBudget): LabelsCopy {
  const strings = new Strings(memory, new TextBudget(MAX_TEXT, text))
  return form.container === 'list' ? readList(strings, pointer) : readMap(strings, pointer, form.minTopHash)
}

/** Memory of which so much text is read. */
class Strings {
  readonly memory: MemoryReader
  readonly #text: TextBudget

  constructor(memory: MemoryReader, text: TextBudget) {
    this.memory = memory
    this.#text = text
  }

  pair(view: DataView, keyAt: number, valueAt: number): Pair {
    return [this.#read(view, keyAt), this.#read(view, valueAt)]
  }

  #read(view: DataView, at: number): Uint8Array {
    // A length that is none is an error of the string.
    this.#text.take(readWord(view, at + 8) || 0)
    return readStringBytes(this.memory, view, at)
  }
}

/** Labels as texts, keys in order. */
export function decodeLabels(copy: LabelsCopy): Labels {
  const pairs = copy.map(([key, value]): [string, string] => [decodeUtf8(key), decodeUtf8(value)])
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(pairs)
}

type Pair = readonly [key: Uint8Array, value: Uint8Array]

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readList(strings: Strings, pointer: number): Pair[] {
  const { memory } = strings
  const slice = viewOf(readExactly(memory, pointer, 24))
  const count = checkCount(readWord(slice, 8), pointer)
  if (count === 0) return []
  const items = viewOf(readExactly(memory, readWord(slice, 0), count * 32))
  return Array.from({ length: count }, (_, index) => strings.pair(items, index * 32, index * 32 + 16))
}

// runtime.hmap and bmap, unchanged from Go 1.11 to 1.23: eight slots to a bucket, a tophash byte each, then the keys, then
// the values, then the overflow bucket's pointer.
const SLOTS = 8
const KEYS = SLOTS
const VALUES = KEYS + SLOTS * 16
const OVERFLOW = VALUES + SLOTS * 16
const BUCKET = OVERFLOW + 8

function readMap(strings: Strings, pointer: number, minTopHash: number): Pair[] {
  const { memory } = strings
  const hmap = viewOf(readExactly(memory, readWord(viewOf(readExactly(memory, pointer, 8)), 0), 48))
  const count = checkCount(readWord(hmap, 0), pointer)
  const pairs: Pair[] = []
  if (count === 0) return pairs
  const log2 = hmap.getUint8(9)
  if (log2 > 12) throw new RangeError(`2^${log2} buckets of labels at 0x${pointer.toString(16)}`)
  // A map of labels is filled once and then only read, but it may have been left in the middle of growing: entries that
  // were not moved yet are still in the old array.
  readBuckets(strings, readWord(hmap, 16), 2 ** log2, minTopHash, pairs)
  const old = readWord(hmap, 24)
  const sameSize = (hmap.getUint8(8) & 8) !== 0
  if (old !== 0) readBuckets(strings, old, sameSize ? 2 ** log2 : 2 ** (log2 - 1), minTopHash, pairs)
  if (pairs.length !== count) {
    throw new RangeError(`${pairs.length} labels where ${count} are counted, at 0x${pointer.toString(16)}`)
  }
  return pairs
}

function readBuckets(strings: Strings, address: number, count: number, minTopHash: number, pairs: Pair[]): void {
  let overflowing = 0
  for (let index = 0; index < count; index++) {
    let at = address + index * BUCKET
    for (let chain = 0; at !== 0; chain++) {
      if (chain > 0 && ++overflowing > MAX_LABELS) throw new RangeError('buckets of labels that never end')
      const bucket = viewOf(readExactly(strings.memory, at, BUCKET))
      for (let slot = 0; slot < SLOTS; slot++) {
        if (bucket.getUint8(slot) < minTopHash) continue
        if (pairs.length >= MAX_LABELS) throw new RangeError(`more than ${MAX_LABELS} labels`)
        pairs.push(strings.pair(bucket, KEYS + slot * 16, VALUES + slot * 16))
      }
      at = readWord(bucket, OVERFLOW)
    }
  }
}

function checkCount(count: number, pointer: number): number {
  if (!(count <= MAX_LABELS)) throw new RangeError(`${count} labels at 0x${pointer.toString(16)}`)
  return count
}
