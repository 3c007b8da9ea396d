/**
 * The entries of a sync.Map of Go 1.21 and newer whose keys are strings and whose elements are pointers, by the words in memory: no debug
 * data describe the types of its inside in every program, and stripped programs have none.
 */
import { decodeUtf8, type MemoryReader, readExactly, readPointers } from '@gospy/bytes'
import type { FurtherData } from '../further/further-data.js'

/** More nodes, buckets and entries than there are for all settings and names in GODEBUG: what goes on is damage. */
const MOST_STEPS = 1 << 14
/** Levels of the trie: each takes four bits of a hash of 64. */
const MAX_LEVELS = 17
/** Bytes: longer than any name. */
const LONGEST_NAME = 256

/** src/internal/sync/hashtriemap.go, go1.24 to go1.27: both kinds of nodes begin with `isEntry`. */
const CHILDREN = { offset: 24, count: 16 }
const ENTRY = { overflow: 8, key: 16, value: 32 }

/** src/runtime/map.go until go1.23: 8 tops of hashes, 8 keys (`any`), 8 elements (pointers), the next bucket. */
const BUCKET = { cells: 8, keys: 8, elements: 136, overflow: 200, size: 208 }
/** Tops below this are no hash: the cell is empty, or was moved to a larger table. */
const LEAST_TOP = 5
/** Of hmap.flags: sameSizeGrow. */
const SAME_SIZE = 8

/**
 * Where each element lies, by its key.
 * @param map its address in the process
 * @returns undefined for a map of another kind
 * @throws UnreadableMemoryError where it cannot be read, or changed just then
 */
export function syncMapPointers(
  memory: MemoryReader,
  map: number,
  further: FurtherData,
): ReadonlyMap<string, number> | undefined {
  const walk = new Walk(memory)
  const { root, read, dirty } = further.struct('syncMap').fields
  if (root !== undefined) {
    walk.trie(walk.pointer(map + root.offset))
    return walk.found
  }
  const { hmapFlags, B, buckets, oldbuckets } = further.struct('hmap').fields
  if (read === undefined || dirty === undefined) return undefined
  if (hmapFlags === undefined || B === undefined || buckets === undefined || oldbuckets === undefined) return undefined
  const readOnly = walk.pointer(map + read.offset)
  // A readOnly begins with its map.
  for (const hmap of [readOnly > 0 ? walk.pointer(readOnly) : 0, walk.pointer(map + dirty.offset)]) {
    if (!(hmap > 0)) continue
    const logarithm = readExactly(memory, hmap + B.offset, 1)[0]!
    walk.table(walk.pointer(hmap + buckets.offset), 2 ** logarithm)
    const isOldAsLarge = (readExactly(memory, hmap + hmapFlags.offset, 1)[0]! & SAME_SIZE) !== 0
    // The table that it is moved out of.
    walk.table(walk.pointer(hmap + oldbuckets.offset), 2 ** (isOldAsLarge ? logarithm : Math.max(0, logarithm - 1)))
  }
  return walk.found
}

class Walk {
  readonly found = new Map<string, number>()
  readonly #memory: MemoryReader
  #left = MOST_STEPS

  constructor(memory: MemoryReader) {
    this.#memory = memory
  }

  pointer(address: number): number {
    return readPointers(this.#memory, address, 1)[0]!
  }

  trie(indirect: number, level = 0): void {
    if (!(indirect > 0) || level > MAX_LEVELS || this.#left-- <= 0) return
    for (const child of readPointers(this.#memory, indirect + CHILDREN.offset, CHILDREN.count)) {
      if (!(child > 0)) continue
      if (readExactly(this.#memory, child, 1)[0] === 0) this.trie(child, level + 1)
      else this.#chain(child)
    }
  }

  /** Entries whose keys have the same hash. */
  #chain(first: number): void {
    for (let entry = first; entry > 0 && this.#left-- > 0; entry = this.pointer(entry + ENTRY.overflow)) {
      // An interface is two words: the type, and what it holds or a pointer to that.
      this.#add(this.pointer(entry + ENTRY.key + 8), this.pointer(entry + ENTRY.value + 8))
    }
  }

  table(buckets: number, count: number): void {
    for (let index = 0; buckets > 0 && index < count && this.#left > 0; index++) {
      let bucket = buckets + index * BUCKET.size
      for (; bucket > 0 && this.#left-- > 0; bucket = this.pointer(bucket + BUCKET.overflow)) this.#bucket(bucket)
    }
  }

  #bucket(bucket: number): void {
    for (const [cell, top] of readExactly(this.#memory, bucket, BUCKET.cells).entries()) {
      if (top < LEAST_TOP) continue
      // To an entry, which points to an interface, or to nothing where it was deleted.
      const interface_ = this.pointer(this.pointer(bucket + BUCKET.elements + 8 * cell))
      if (interface_ > 0) this.#add(this.pointer(bucket + BUCKET.keys + 16 * cell + 8), this.pointer(interface_ + 8))
    }
  }

  /** @param key where the string's header lies */
  #add(key: number, element: number): void {
    const name = nameAt(this.#memory, key)
    if (name !== undefined) this.found.set(name, element)
  }
}

/** The text of a string's header; undefined for one that is too long to be a name. @throws UnreadableMemoryError */
export function nameAt(memory: MemoryReader, header: number): string | undefined {
  const [pointer, length] = readPointers(memory, header, 2)
  return length! <= LONGEST_NAME ? decodeUtf8(readExactly(memory, pointer!, length!)) : undefined
}
