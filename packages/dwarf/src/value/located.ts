/** Values that do not simply lie in memory: put together from where an expression says that their parts are. */
import { registerOf } from '../expression/answers.js'
import type { EvaluationContext } from '../expression/evaluation-context.js'
import type { Piece } from '../expression/piece.js'
import { readWhole } from './memory-window.js'
import { ValueError } from './value-error.js'

/** Bytes of the largest value that is put together: a compiler splits no more than what registers hold. */
const MAX_SIZE = 1 << 16

/** Where the whole value lies, or its bytes. */
export type Located = { readonly address: bigint } | { readonly bytes: Uint8Array }

/**
 * @param size of the value in bytes
 * @throws ValueError where a part of it is nowhere; EvaluationError for a register that the context does not know;
 * UnreadableMemoryError
 */
export function locate(
  pieces: readonly Piece[],
  size: number,
  context: EvaluationContext,
  littleEndian: boolean,
): Located {
  const address = addressOf(pieces, size)
  if (address !== undefined) return { address }
  if (size > MAX_SIZE) throw new ValueError(`${size} bytes, of which parts are not in memory`)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    const bits = piece.bitSize ?? size * 8
    if (bits % 8 !== 0 || piece.bitOffset % 8 !== 0) throw new ValueError('a part of it is not made of whole bytes')
    const length = bits / 8
    if (length > size - at) throw new ValueError(`its parts have more bytes than it has: ${size}`)
    bytes.set(bytesOf(piece, length, context, littleEndian), at)
    at += length
  }
  if (at < size) throw new ValueError(`where ${size - at} of its ${size} bytes are is not said`)
  return { bytes }
}

/** Of what lies in memory as a whole, be it in pieces. */
function addressOf(pieces: readonly Piece[], size: number): bigint | undefined {
  const [first] = pieces
  if (first?.place.kind !== 'memory') return undefined
  const start = first.place.address
  let length = 0
  for (const { place, bitSize = size * 8, bitOffset } of pieces) {
    if (place.kind !== 'memory' || bitOffset !== 0 || bitSize % 8 !== 0) return undefined
    if (place.address !== start + BigInt(length)) return undefined
    length += bitSize / 8
  }
  return length === size ? start : undefined
}

function bytesOf(
  { place, bitOffset }: Piece,
  length: number,
  context: EvaluationContext,
  littleEndian: boolean,
): Uint8Array {
  const offset = bitOffset / 8
  switch (place.kind) {
    case 'memory': {
      const { memory } = context
      if (memory === undefined) throw new ValueError('there is no memory to read it in')
      if (place.address > Number.MAX_SAFE_INTEGER)
        throw new ValueError(`unreadable at 0x${place.address.toString(16)}: no address below 2^53`)
      return readWhole(memory, Number(place.address) + offset, length)
    }
    case 'register':
      return bytesOfBits(registerOf(context, place.register) >> BigInt(bitOffset), length, littleEndian)
    case 'value':
      return bytesOfBits(place.value.bits >> BigInt(bitOffset), length, littleEndian)
    case 'bytes':
      if (offset + length > place.bytes.length) throw new ValueError('more bytes are wanted of it than there are')
      return place.bytes.subarray(offset, offset + length)
    case 'implicit pointer':
      throw new ValueError('it points to what is in no memory')
    case 'optimized out':
      throw new ValueError('a part of it is optimized away')
  }
}

/** The lowest bytes. */
function bytesOfBits(bits: bigint, length: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = bits
  for (let index = 0; index < length; index++) {
    bytes[littleEndian ? index : length - 1 - index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}
