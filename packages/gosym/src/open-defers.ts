/**
 * Open-coded defers: deferred calls that the compiler wrote at the ends of a function instead of noting them at run time.
 * A panic has to find them in the frame. Offsets are in bytes below the end of the locals (varp).
 * Sources: cmd/compile/internal/ssagen/ssa.go (emitOpenDeferInfo), runtime/panic.go, Go 1.14 to 1.27.
 */
import { FuncdataReader } from './funcdata-reader.js'
import { openDeferFormat } from './funcdata-versions.js'
import type { PclntabData } from './pclntab-data.js'

/** A deferred call, as Go 1.14 to 1.21 describes it. */
export interface OpenDefer {
  /** Of the closure that is called. */
  closureOffset: number
  /** Bytes of arguments and results, up to Go 1.17; since then deferred calls have none. */
  argumentBytes: number
  /** Where the arguments were kept, and where they go. Likewise. */
  arguments: { offset: number; size: number; callOffset: number }[]
}

/** What is known of a function's open-coded defers. */
export interface OpenDefers {
  /** Of the byte whose bits say which of the defers were reached. */
  deferBitsOffset: number
  /** Of the first of the closures, which follow one another; undefined before Go 1.22. */
  slotsOffset: number | undefined
  /** The last first; undefined since Go 1.22, which does not say how many there are. */
  defers: OpenDefer[] | undefined
}

/** There is a bit for each in one byte (cmd/compile/internal/ssagen/ssa.go, maxOpenDefers). */
const MAX_DEFERS = 8
const MAX_ARGUMENTS = 1 << 12

/**
 * The defers described at an address; undefined where it takes a Go version that is not known.
 * @throws FormatError when they cannot be read or are too many
 */
export function readOpenDefers(data: PclntabData, address: number): OpenDefers | undefined {
  const format = openDeferFormat(data.header.version, data.version)
  if (format === undefined) return undefined
  const reader = new FuncdataReader(data, address)
  const bounded = (limit: number): number => {
    const count = reader.varint()
    if (count > limit) data.fail(`${count} deferred calls or arguments at address 0x${address.toString(16)}`, 0)
    return count
  }
  // The space that the calls' arguments take, that of the longest list: it follows from what comes.
  if (format === 'calls') reader.varint()
  const deferBitsOffset = reader.varint()
  if (format === 'slots') return { deferBitsOffset, slotsOffset: reader.varint(), defers: undefined }
  const defers = Array.from({ length: bounded(MAX_DEFERS) }, () => {
    if (format === 'closures') return { closureOffset: reader.varint(), argumentBytes: 0, arguments: [] }
    const [argumentBytes, closureOffset] = [reader.varint(), reader.varint()]
    const list = Array.from({ length: bounded(MAX_ARGUMENTS) }, () => ({
      offset: reader.varint(),
      size: reader.varint(),
      callOffset: reader.varint(),
    }))
    return { closureOffset, argumentBytes, arguments: list }
  })
  return { deferBitsOffset, slotsOffset: undefined, defers }
}
