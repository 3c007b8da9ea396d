/**
 * Stack objects: variables of a frame whose address is taken, which live as long as a pointer leads to them.
 * Source: runtime/stack.go (stackObjectRecord), cmd/compile/internal/liveness/plive.go (emitStackObjects), Go 1.12 to 1.27.
 */
import { FuncdataReader } from './funcdata-reader.js'
import { stackObjectFormat } from './funcdata-versions.js'
import type { PclntabData } from './pclntab-data.js'
import { PointerBitmap } from './pointer-bitmap.js'

/** A variable in a frame. */
export interface StackObject {
  /** In bytes: negative from the end of the locals (varp), else from the arguments (argp). */
  offset: number
  /** In bytes; undefined before Go 1.17, when its type says it. */
  size: number | undefined
  /** Its first words, as far as there are pointers: which are. Undefined where a program says it (see `gcProgram`), and before Go 1.17. */
  pointers: PointerBitmap | undefined
  /** Address of a program of the garbage collector that makes the bits, for large types up to Go 1.23. */
  gcProgram: number | undefined
  /** Address of its type; undefined since Go 1.17. */
  type: number | undefined
}

/** No function declares more variables. */
const MAX_OBJECTS = 1 << 16

/**
 * The objects described at an address.
 * @throws FormatError when they cannot be read
 */
export function* readStackObjects(data: PclntabData, address: number): Generator<StackObject, void, undefined> {
  const format = stackObjectFormat(data.header.version, data.version)
  if (format === undefined) return
  const reader = new FuncdataReader(data, address)
  const count = reader.word()
  if (!(count <= MAX_OBJECTS)) data.fail(`${count} stack objects at address 0x${address.toString(16)}`, 0)
  for (let index = 0; index < count; index++) {
    if (format === 'type') {
      const [offset, type] = [reader.int(), reader.word()]
      yield { offset, size: undefined, pointers: undefined, gcProgram: undefined, type }
      continue
    }
    const [offset, size, pointerBytes] = [reader.i32(), reader.i32(), reader.i32()]
    const mask = format === 'mask offset' ? maskAt(data, reader.u32()) : reader.word()
    yield {
      offset,
      size,
      pointers: pointerBytes < 0 || mask === undefined ? undefined : readMask(data, mask, pointerBytes),
      gcProgram: pointerBytes < 0 ? mask : undefined,
      type: undefined,
    }
  }
}

function maskAt({ rodata }: PclntabData, offset: number): number | undefined {
  return rodata === undefined ? undefined : rodata + offset
}

/** @param pointerBytes how much of the object has pointers in it */
function readMask(data: PclntabData, address: number, pointerBytes: number): PointerBitmap {
  const bits = Math.floor(pointerBytes / data.header.pointerSize)
  return new PointerBitmap(new FuncdataReader(data, address).bytes(Math.ceil(bits / 8)), bits)
}
