/**
 * The memory that a WebAssembly module begins with: its data section, which leaves out zeros. What of it belongs together is
 * joined to regions, so that Go's tables in it can be read as in any other binary.
 * Sources: WebAssembly Core Specification 2.0, 5.5 (binary format, modules); cmd/link/internal/wasm/asm.go (writeDataSec).
 */
import { Cursor } from '@gospy/bytes'
import type { MemoryRegion } from './memory-regions.js'

const SECTION = 'WebAssembly module'
const MAGIC = 0x6d736100
const VERSION = 1
const DATA_SECTION = 11
const I32_CONST = 0x41
const END = 0x0b

/** Zeros up to this many between two segments are put back: Go's linker leaves out runs of eight and more. */
const MAX_GAP = 1 << 16

/** More zeros than this, for each byte that is there, are no program of Go's. */
const MAX_EXPANSION = 64

interface DataSegment {
  address: number
  bytes: Uint8Array
}

/**
 * The data of a WebAssembly module as regions of its memory.
 * @param file the whole `.wasm` file
 * @throws FormatError when this is no WebAssembly module of version 1 or its data section is malformed
 */
export function wasmMemory(file: Uint8Array): MemoryRegion[] {
  const cursor = new Cursor(file, { section: SECTION })
  if (cursor.u32() !== MAGIC) cursor.fail('the magic number "\\0asm" is missing', 0)
  const version = cursor.u32()
  if (version !== VERSION) cursor.fail(`version ${version} is not 1`, 4)
  while (!cursor.atEnd) {
    const id = cursor.u8()
    const section = cursor.sub(cursor.uleb128())
    if (id === DATA_SECTION) return joined(readSegments(section), file.length * MAX_EXPANSION)
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

/** @param limit of bytes in all */
function joined(segments: DataSegment[], limit: number): MemoryRegion[] {
  segments.sort((a, b) => a.address - b.address)
  const regions: MemoryRegion[] = []
  let total = 0
  for (let first = 0, next = 0; first < segments.length; first = next) {
    const { address } = segments[first]!
    let end = address
    while (next < segments.length && (next === first || segments[next]!.address - end <= MAX_GAP)) {
      const { address, bytes } = segments[next]!
      if (total + (Math.max(end, address + bytes.length) - segments[first]!.address) > limit) return regions
      end = Math.max(end, address + bytes.length)
      next++
    }
    const bytes = new Uint8Array(end - address)
    for (const segment of segments.slice(first, next)) bytes.set(segment.bytes, segment.address - address)
    total += bytes.length
    regions.push({ address, bytes })
  }
  return regions
}
