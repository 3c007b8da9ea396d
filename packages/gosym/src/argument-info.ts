/**
 * Where a function's arguments are on the stack, for tracebacks: what Go prints as `main.f(0x1, {0x2, 0x3}, ...)`.
 * Sources: runtime/traceback.go (printArgs), internal/abi/type.go (TraceArgs…), Go 1.17 to 1.27.
 */
import { FuncdataReader } from './funcdata-reader.js'
import type { PclntabData } from './pclntab-data.js'

/** One argument or part of one. */
export type ArgumentPart =
  /** A word or less: `offset` in bytes from the arguments' start (argp), `size` in bytes. */
  | { kind: 'value'; offset: number; size: number; live: boolean }
  /** A struct, array, string, slice, interface or complex number. */
  | { kind: 'aggregate'; parts: ArgumentPart[] }
  /** More follows that is not described (`...`). */
  | { kind: 'more' }
  /** Too far from the arguments' start to be described (`_`). */
  | { kind: 'too far' }

const END_SEQUENCE = 0xff
const START_AGGREGATE = 0xfe
const END_AGGREGATE = 0xfd
const DOT_DOT_DOT = 0xfc
const OFFSET_TOO_LARGE = 0xfb
/** internal/abi/type.go (TraceArgsMaxLen): no description is longer. */
const MAX_LENGTH = 171

/** Which registers' places on the stack hold what they are for at an instruction; others hold what was there before. */
export interface ArgumentLiveness {
  /** Address of the table (FUNCDATA_ArgLiveInfo). */
  address: number
  /** Number of bits in it (PCDATA_ArgLiveIndex); all is live where it is not above 0. */
  index: number
}

/**
 * The arguments described at an address.
 * @throws FormatError when the description cannot be read or does not end
 */
export function readArguments(
  data: PclntabData,
  address: number,
  liveness: ArgumentLiveness | undefined,
): ArgumentPart[] {
  const reader = new FuncdataReader(data, address)
  const isLive = livenessTest(data, liveness)
  const outermost: ArgumentPart[] = []
  const open = [outermost]
  for (const start = address; reader.address - start < MAX_LENGTH; ) {
    const parts = open.at(-1)!
    const offset = reader.u8()
    switch (offset) {
      case END_SEQUENCE:
        return outermost
      case START_AGGREGATE: {
        const inner: ArgumentPart[] = []
        parts.push({ kind: 'aggregate', parts: inner })
        open.push(inner)
        break
      }
      case END_AGGREGATE:
        if (open.length > 1) open.pop()
        break
      case DOT_DOT_DOT:
        parts.push({ kind: 'more' })
        break
      case OFFSET_TOO_LARGE:
        parts.push({ kind: 'too far' })
        break
      default:
        parts.push({ kind: 'value', offset, size: reader.u8(), live: isLive(offset) })
    }
  }
  return data.fail(`the arguments described at address 0x${address.toString(16)} do not end`, 0)
}

/** Called for each value in turn: places of registers are counted. */
function livenessTest(data: PclntabData, liveness: ArgumentLiveness | undefined): (offset: number) => boolean {
  if (liveness === undefined || liveness.index <= 0) return () => true
  const { address, index } = liveness
  /** Below this, arguments were passed on the stack and are always live. */
  const registersFrom = new FuncdataReader(data, address).u8()
  let slot = 0
  return (offset) => {
    if (offset < registersFrom) return true
    const bits = new FuncdataReader(data, address + index + (slot >>> 3)).u8()
    return ((bits >>> (slot++ & 7)) & 1) === 1
  }
}
