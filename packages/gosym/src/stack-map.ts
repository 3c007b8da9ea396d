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
/** One for each place at which a function can be stopped, at most; equal ones are one. */
const MAX_MAPS = 1 << 18

/**
 * The map with number `index` of those at an address.
 * @throws FormatError when they cannot be read or none has that number
 */
export function readStackMap(data: PclntabData, address: number, index: number): PointerBitmap {
  const { count, bits, size, maps } = readHead(data, address)
  if (!(index < count)) data.fail(`no stack map ${index} among the ${count} at address 0x${address.toString(16)}`, 0)
  return new PointerBitmap(new FuncdataReader(data, maps + index * size).bytes(size), bits)
}

/** All of them, in order. */
export function* readStackMaps(data: PclntabData, address: number): Generator<PointerBitmap, void, undefined> {
  const { count, bits, size, maps } = readHead(data, address)
  for (let index = 0; index < count; index++) {
    yield new PointerBitmap(new FuncdataReader(data, maps + index * size).bytes(size), bits)
  }
}

function readHead(data: PclntabData, address: number): { count: number; bits: number; size: number; maps: number } {
  const reader = new FuncdataReader(data, address)
  const count = reader.i32()
  const bits = reader.i32()
  if (!(count >= 0 && count <= MAX_MAPS && bits >= 0 && bits <= MAX_BITS)) {
    data.fail(`${count} stack maps of ${bits} bits at address 0x${address.toString(16)}`, 0)
  }
  return { count, bits, size: Math.ceil(bits / 8), maps: reader.address }
}
