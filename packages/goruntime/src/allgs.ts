/** `runtime.allgs`: the addresses of every goroutine there ever was (src/runtime/proc.go, allgadd and atomicAllG). */
import { type MemoryReader, readExactly, readPointers } from '@gospy/bytes'
import { mergedOrder, sortedOrder } from './sorted-order.js'

/** More goroutines than fit in memory: the length is not one. */
const MAX_GOROUTINES = 1 << 26
/** Looks at a slice that moves to a larger array meanwhile. */
const LOOKS = 8
/** Entries that are tried before all are read. */
const TRIES = 64

const TWO_32 = 0x1_0000_0000
/** Upper half of 2^53: above it there is no address. */
const MAX_HIGH = 0x1f_ffff

/** `runtime.allgs` does not hold what it must. */
export class AllgsError extends Error {
  override readonly name = 'AllgsError'
}

/** The addresses in `runtime.allgs`, at one look after the other. */
export class Allgs {
  /** Of the goroutines, in the runtime's order. */
  addresses = new Float64Array(0)
  /** Indexes into `addresses`, by rising address. */
  order = new Uint32Array(0)
  /** Entries that hold no address of a goroutine, or one that was met before. */
  implausible = 0
  readonly #allgs: number
  readonly #allglen: number | undefined
  /** The array as it was read last, two words for each entry. */
  #words = new Uint32Array(0)

  /**
   * @param allgs address of the slice header in the process
   * @param allglen address of the count in the process; undefined to use the slice's own length
   */
  constructor(allgs: number, allglen: number | undefined) {
    this.#allgs = allgs
    this.#allglen = allglen
  }

  /**
   * Looks at it, for the first time or again.
   * @returns whether all addresses that were known are still the first ones: the runtime only appends
   * @throws AllgsError when length or pointers are implausible
   * @throws UnreadableMemoryError when they cannot be read
   */
  look(memory: MemoryReader): boolean {
    const words = readArray(memory, this.#allgs, this.#allglen)
    const known = this.#words.length
    const continues = startsWith(words, this.#words)
    if (continues && words.length === known) return true
    const first = continues ? this.addresses : new Float64Array(0)
    const order = continues ? this.order : new Uint32Array(0)
    const added = decode(words, continues ? known : 0)
    let addresses = new Float64Array(first.length + added.length)
    addresses.set(first)
    addresses.set(added, first.length)
    const orderOfAdded = sortedOrder(added)
    for (let index = 0; index < added.length; index++) orderOfAdded[index]! += first.length
    let newOrder = mergedOrder(addresses, order, orderOfAdded)
    if (hasEqual(addresses, newOrder)) {
      addresses = Float64Array.from(new Set(addresses))
      newOrder = sortedOrder(addresses)
    }
    if (!someIsReadable(memory, addresses)) {
      throw new AllgsError(`runtime.allgs at 0x${this.#allgs.toString(16)} holds no goroutine`)
    }
    this.#words = words
    this.addresses = addresses
    this.order = newOrder
    this.implausible = words.length / 2 - addresses.length
    return continues
  }
}

/** What `runtime.allgs` holds. Parameters and errors as of `Allgs`. */
export function readAllgs(
  memory: MemoryReader,
  allgs: number,
  allglen: number | undefined,
): Pick<Allgs, 'addresses' | 'implausible'> {
  const all = new Allgs(allgs, allglen)
  all.look(memory)
  return { addresses: all.addresses, implausible: all.implausible }
}

/**
 * The array, as 32-bit words.
 *
 * The runtime appends under a lock that is not seen from here, and stores `allglen` last. Reading the length first and the
 * pointer after it therefore never runs past what is there, even while the slice moves to a larger array; that the
 * array read was still in use is seen from the pointer afterwards.
 */
function readArray(memory: MemoryReader, allgs: number, allglen: number | undefined): Uint32Array<ArrayBuffer> {
  let bytes: Uint8Array
  let array: number
  let look = 0
  do {
    const length = allglen === undefined ? undefined : readPointers(memory, allglen, 1)[0]!
    const header = readPointers(memory, allgs, 3)
    array = header[0]!
    const count = length ?? header[1]!
    if (!(count >= 1 && count <= MAX_GOROUTINES && count <= header[2]! && array > 0)) {
      throw new AllgsError(
        count === 0
          ? 'runtime.allgs is empty: the Go runtime of the process has not started yet'
          : `runtime.allgs at 0x${allgs.toString(16)} is no slice of goroutines (pointer 0x${array.toString(16)}, length ${count}, capacity ${header[2]})`,
      )
    }
    // Whether the end of the array is there at all shows before room is made for it.
    readPointers(memory, array + (count - 1) * 8, 1)
    bytes = readExactly(memory, array, count * 8)
  } while (readPointers(memory, allgs, 1)[0] !== array && ++look < LOOKS)
  return new Uint32Array(bytes.buffer as ArrayBuffer)
}

function startsWith(words: Uint32Array, start: Uint32Array): boolean {
  if (words.length < start.length) return false
  for (let index = 0; index < start.length; index++) if (words[index] !== start[index]) return false
  return true
}

/** The addresses from word `from` on, without what can be none. */
function decode(words: Uint32Array, from: number): Float64Array {
  const addresses = new Float64Array((words.length - from) / 2)
  let count = 0
  for (let at = from; at < words.length; at += 2) {
    const [low, high] = [words[at]!, words[at + 1]!]
    const address = high * TWO_32 + low
    if (address > 0 && low % 8 === 0 && high <= MAX_HIGH) addresses[count++] = address
  }
  return addresses.subarray(0, count)
}

function hasEqual(addresses: Float64Array, order: Uint32Array): boolean {
  for (let position = 1; position < order.length; position++) {
    if (addresses[order[position]!] === addresses[order[position - 1]!]) return true
  }
  return false
}

/** A try before all are read: a wild array's entries lead nowhere, and finding that out one by one takes minutes. */
function someIsReadable(memory: MemoryReader, addresses: Float64Array): boolean {
  const byte = new Uint8Array(1)
  const step = Math.max(1, Math.floor(addresses.length / TRIES))
  for (let index = 0; index < addresses.length; index += step) {
    if (memory.read(addresses[index]!, byte) === 1) return true
  }
  return false
}
