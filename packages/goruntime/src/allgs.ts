/** `runtime.allgs`: the addresses of every goroutine there ever was (src/runtime/proc.go, allgadd and atomicAllG). */
import { type MemoryReader, readPointers } from '@gospy/bytes'

/** More goroutines than fit in memory: the length is not one. */
const MAX_GOROUTINES = 1 << 26
/** Looks at a slice that moves to a larger array meanwhile. */
const LOOKS = 8
/** Entries that are tried before all are read. */
const TRIES = 64

/** `runtime.allgs` does not hold what it must. */
export class AllgsError extends Error {
  override readonly name = 'AllgsError'
}

export interface Allgs {
  /** Addresses of the goroutines, in the runtime's order. */
  readonly addresses: Float64Array
  /** Entries that hold no address of a goroutine. */
  readonly implausible: number
}

/**
 * The addresses in `runtime.allgs`.
 *
 * The runtime appends under a lock that is not seen from here, and stores `allglen` last. Reading the length first and the
 * pointer after it therefore never runs past what is there, even while the slice moves to a larger array; that the
 * array read was still in use is seen from the pointer afterwards.
 * @param allgs address of the slice header in the process
 * @param allglen address of the count in the process; undefined to use the slice's own length
 * @throws AllgsError when length or pointers are implausible
 * @throws UnreadableMemoryError when they cannot be read
 */
export function readAllgs(memory: MemoryReader, allgs: number, allglen: number | undefined): Allgs {
  let all: Float64Array
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
    all = readPointers(memory, array, count)
  } while (readPointers(memory, allgs, 1)[0] !== array && ++look < LOOKS)

  const distinct = new Set<number>()
  for (const address of all) if (address > 0 && address % 8 === 0) distinct.add(address)
  const addresses = Float64Array.from(distinct)
  if (!someIsReadable(memory, addresses)) {
    throw new AllgsError(`runtime.allgs at 0x${allgs.toString(16)} holds no goroutine`)
  }
  return { addresses, implausible: all.length - addresses.length }
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
