/**
 * "Give me n bytes at address": the only way in which anything gets at memory. A live process, a core file, a cache of
 * pages, a recording and a test double are all just one of these.
 */

/** One piece of a scatter/gather read. */
export interface MemoryRange {
  /** Virtual address of the first byte. */
  address: number
  /** Receives the bytes; its length is how many are wanted. */
  into: Uint8Array
  /** Set by the read: how many bytes, from the start of the range, could be read. */
  bytesRead: number
}

/** Memory that is read by address. */
export interface MemoryReader {
  /**
   * Reads memory at `address` into `into` and returns how many bytes, from the start, could be read: fewer than asked
   * where the range runs into memory that is not mapped or not readable, 0 where it starts there.
   * What lies in `into` behind that count is undefined.
   * @throws when the memory as a whole is out of reach (the process has ended, reading is not permitted), never
   * because an address is not mapped
   */
  read(address: number, into: Uint8Array): number
  /** Reads many ranges, in as few system calls as the reader can, and sets `bytesRead` of each. */
  readRanges(ranges: readonly MemoryRange[]): void
}

/** Most bytes that one call reads: 4 GiB, far above any object of a process. A length above it is damage. */
const MAX_LENGTH = 2 ** 32

/** Memory that had to be readable and is not, or a range that no memory could have. */
export class UnreadableMemoryError extends Error {
  override readonly name = 'UnreadableMemoryError'
  readonly code = 'ERR_UNREADABLE_MEMORY'
  /** The range that was wanted. */
  readonly address: number
  readonly length: number

  constructor(address: number, length: number, bytesRead: number) {
    super(`memory at 0x${address.toString(16)} is not readable: ${length} bytes wanted, ${bytesRead} could be read`)
    this.address = address
    this.length = length
  }
}

/**
 * All `length` bytes at `address`. The length may come from the memory that is being looked at: whatever number it is,
 * nothing but an UnreadableMemoryError comes of it.
 * @throws UnreadableMemoryError when fewer can be read, and for a length that is negative, above 4 GiB or no integer
 * @throws what the reader throws when the memory as a whole is out of reach
 */
export function readExactly(memory: MemoryReader, address: number, length: number): Uint8Array {
  const bytes = allocate(address, length)
  const bytesRead = memory.read(address, bytes)
  if (bytesRead !== length) throw new UnreadableMemoryError(address, length, bytesRead)
  return bytes
}

/**
 * `count` little-endian 64-bit pointers at `address`, as numbers. A value above 2^53, which no address of a Linux
 * user-space process is, becomes NaN: visibly no address, rather than a rounded one.
 * @throws UnreadableMemoryError as `readExactly`, for a range of 8 x `count` bytes
 */
export function readPointers(memory: MemoryReader, address: number, count: number): Float64Array {
  if (!Number.isInteger(count)) throw new UnreadableMemoryError(address, count * 8, 0)
  const bytes = readExactly(memory, address, count * 8)
  const view = new DataView(bytes.buffer)
  const pointers = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const high = view.getUint32(index * 8 + 4, true)
    pointers[index] = high > 0x1f_ffff ? Number.NaN : high * 0x1_0000_0000 + view.getUint32(index * 8, true)
  }
  return pointers
}

function allocate(address: number, length: number): Uint8Array<ArrayBuffer> {
  if (!(Number.isInteger(length) && length >= 0 && length <= MAX_LENGTH)) {
    throw new UnreadableMemoryError(address, length, 0)
  }
  try {
    return new Uint8Array(length)
  } catch (cause) {
    // More than this machine has room for.
    throw Object.assign(new UnreadableMemoryError(address, length, 0), { cause })
  }
}
