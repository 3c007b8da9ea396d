/**
 * Stack maps: which words of a function's arguments and locals hold pointers at an instruction.
 * Sources: runtime/symtab.go (stackmap, stackmapdata), runtime/stkframe.go (getStackMap), Go 1.5 to 1.27. Maps up to Go 1.4
 * have two bits for each word and are not read.
 */
import { FuncdataReader } from './funcdata-reader.js'
import type { PclntabData } from './pclntab-data.js'
import { PointerBitmap } from './pointer-bitmap.js'

/** Frames have at most as many words (cmd/internal/obj: a frame is below 1 GiB). */
const MAX_BITS = 1 << 28

/**
 * The map with number `index` of those at an address.
 * @throws FormatError when they cannot be read or have no such number
 */
export function readStackMap(data: PclntabData, address: number, index: number): PointerBitmap {
  const reader = new FuncdataReader(data, address)
  const maps = reader.i32()
  const bits = reader.i32()
  if (!(index < maps) || !(bits >= 0 && bits <= MAX_BITS)) {
    data.fail(`stack map ${index} of ${maps}, ${bits} bits each, at address 0x${address.toString(16)}`, 0)
  }
  const size = Math.ceil(bits / 8)
  reader.address += index * size
  return new PointerBitmap(reader.bytes(size), bits)
}
