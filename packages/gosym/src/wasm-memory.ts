/**
 * The memory that a WebAssembly module begins with: its data section, which leaves out zeros. What of it belongs together is
 * joined to regions, so that Go's tables in it can be read as in any other binary.
 * Sources: WebAssembly Core Specification 2.0, 5.5 (binary format, modules); cmd/link/internal/wasm/asm.go (writeDataSec).
 */
import { Cursor, FormatError } from '@gospy/bytes'

const SECTION = 'WebAssembly module'
const MAGIC = 0x6d736100
const VERSION = 1
const DATA_SECTION = 11
const I32_CONST = 0x41
const END = 0x0b

/** Memory comes in pages, all zero but for the data. Go's linker leaves out eight zeros and more. */
const PAGE = 1 << 16

/** More memory than this, for each byte of the file, is no program of Go's. */
const MAX_EXPANSION = 64

/** Bytes at an address of memory. */
export interface DataSegment {
  address: number
  bytes: Uint8Array
}

/**
 * The data of a WebAssembly module as regions of its memory.
 * @param file the whole `.wasm` file
 * @throws FormatError when this is no WebAssembly module of version 1 or its data section is malformed
 */
export function wasmMemory(file: Uint8Array): DataSegment[] {
  const cursor = new Cursor(file, { section: SECTION })
  if (cursor.u32() !== MAGIC) cursor.fail('the magic number "\\0asm" is missing', 0)
  const version = cursor.u32()
  if (version !== VERSION) cursor.fail(`version ${version} is not 1`, 4)
  while (!cursor.atEnd) {
    const id = cursor.u8()
    const section = cursor.sub(cursor.uleb128())
    if (id === DATA_SECTION) return joined(readSegments(section), Math.max(file.length, PAGE) * MAX_EXPANSION)
  }
  return []
}

/** Active segments of memory 0 at a constant address: others are not there when the program starts. */
function readSegments(cursor: Cursor): DataSegment[] {
  const segments: DataSegment[] = []
  const count = cursor.uleb128()
  for (let index = 0; index < count; index++) {
    const kind = cursor.uleb128()
    if (kind > 2) cursor.fail(`a data segment of unknown kind ${kind}`)
    if (kind === 2) cursor.uleb128()
    let address = 0
    if (kind !== 1) {
      if (cursor.u8() !== I32_CONST) cursor.fail('a data segment without a constant address', cursor.offset - 1)
      address = cursor.sleb128() >>> 0
      if (cursor.u8() !== END) cursor.fail('an address that does not end', cursor.offset - 1)
    }
    const bytes = cursor.take(cursor.uleb128())
    if (kind !== 1) segments.push({ address, bytes })
  }
  return segments
}

/** Whole pages: those next to one another, and those with less than a page between them, make one region. */
function joined(segments: DataSegment[], limit: number): DataSegment[] {
  segments.sort((a, b) => a.address - b.address)
  const regions: DataSegment[] = []
  let total = 0
  for (let first = 0, next = 0; first < segments.length; first = next) {
    const start = Math.floor(segments[first]!.address / PAGE) * PAGE
    let end = start
    for (; next < segments.length && segments[next]!.address <= end + PAGE; next++) {
      const { address, bytes } = segments[next]!
      end = Math.max(end, Math.ceil((address + bytes.length) / PAGE) * PAGE)
    }
    total += end - start
    if (total > limit)
      throw new FormatError(`more than ${limit} bytes of memory for so few of data`, { section: SECTION })
    const bytes = new Uint8Array(end - start)
    for (const segment of segments.slice(first, next)) bytes.set(segment.bytes, segment.address - start)
    regions.push({ address: start, bytes })
  }
  return regions
}
