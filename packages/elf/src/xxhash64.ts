/**
 * XXH64, the hash behind the content checksum of Zstandard (RFC 8878, section 3.1.1; xxHash specification 0.1.1,
 * "XXH64 Algorithm Description"). 64-bit numbers are pairs of 32-bit halves: bigint would take fifty times as long.
 */

/** The high 32 bits of the product of two unsigned numbers of 32: from parts of 16, none of whose sums exceeds 32. */
function productHigh(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  return a1 * b1 + (middle >>> 16) + (((middle & 0xffff) + a0 * b1) >>> 16)
}

/** A 64-bit number that is changed in place. */
class Word64 {
  constructor(
    /** Both halves as signed 32-bit integers: the bits are what matters. */
    public high: number,
    public low: number,
  ) {}

  set(high: number, low: number): void {
    this.high = high
    this.low = low
  }

  add(high: number, low: number): void {
    const sum = (this.low >>> 0) + (low >>> 0)
    this.low = sum | 0
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0
  }

  xor(high: number, low: number): void {
    this.high ^= high
    this.low ^= low
  }

  multiply(high: number, low: number): void {
    this.high = (productHigh(this.low, low) + Math.imul(this.high, low) + Math.imul(this.low, high)) | 0
    this.low = Math.imul(this.low, low)
  }

  /** By 1 to 31 bits. */
  rotateLeft(bits: number): void {
    const { high, low } = this
    this.high = (high << bits) | (low >>> (32 - bits))
    this.low = (low << bits) | (high >>> (32 - bits))
  }
}

const [P1H, P1L] = [0x9e3779b1 | 0, 0x85ebca87 | 0]
const [P2H, P2L] = [0xc2b2ae3d | 0, 0x27d4eb4f]
const [P3H, P3L] = [0x165667b1, 0x9e3779f9 | 0]
const [P4H, P4L] = [0x85ebca77 | 0, 0xc2b2ae63 | 0]
const [P5H, P5L] = [0x27d4eb2f, 0x165667c5]

const STRIPE = 32

/** The low 32 bits, unsigned, of the hash of `bytes[start, end)` with seed 0. */
export function xxHash64Low(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = end - start
  const hash = new Word64(P5H, P5L)
  let at = start
  if (length >= STRIPE) {
    const lanes = [new Word64(P1H, P1L), new Word64(P2H, P2L), new Word64(0, 0), new Word64(0, 0)] as const
    const [first, second, third, fourth] = lanes
    first.add(P2H, P2L)
    // -P1
    fourth.set(~P1H, ~P1L)
    fourth.add(0, 1)
    for (; at + STRIPE <= end; at += STRIPE) {
      round(first, view, at)
      round(second, view, at + 8)
      round(third, view, at + 16)
      round(fourth, view, at + 24)
    }
    hash.set(0, 0)
    for (const [index, turn] of [1, 7, 12, 18].entries()) {
      const { high, low } = lanes[index]!
      hash.add((high << turn) | (low >>> (32 - turn)), (low << turn) | (high >>> (32 - turn)))
    }
    for (const lane of lanes) {
      lane.multiply(P2H, P2L)
      lane.rotateLeft(31)
      lane.multiply(P1H, P1L)
      hash.xor(lane.high, lane.low)
      hash.multiply(P1H, P1L)
      hash.add(P4H, P4L)
    }
  }
  hash.add(Math.floor(length / 0x1_0000_0000), length | 0)

  const word = new Word64(0, 0)
  for (; at + 8 <= end; at += 8) {
    word.set(0, 0)
    round(word, view, at)
    hash.xor(word.high, word.low)
    hash.rotateLeft(27)
    hash.multiply(P1H, P1L)
    hash.add(P4H, P4L)
  }
  if (at + 4 <= end) {
    word.set(0, view.getUint32(at, true))
    word.multiply(P1H, P1L)
    hash.xor(word.high, word.low)
    hash.rotateLeft(23)
    hash.multiply(P2H, P2L)
    hash.add(P3H, P3L)
    at += 4
  }
  for (; at < end; at++) {
    word.set(0, bytes[at]!)
    word.multiply(P5H, P5L)
    hash.xor(word.high, word.low)
    hash.rotateLeft(11)
    hash.multiply(P1H, P1L)
  }

  // Shifts right by 33, 29 and 32.
  hash.xor(0, hash.high >>> 1)
  hash.multiply(P2H, P2L)
  hash.xor(hash.high >>> 29, (hash.low >>> 29) | (hash.high << 3))
  hash.multiply(P3H, P3L)
  return (hash.low ^ hash.high) >>> 0
}

/** Takes the eight bytes at `at` into a lane. */
function round(lane: Word64, view: DataView, at: number): void {
  // lane += input * P2, by way of a product that needs no object.
  const low = view.getInt32(at, true)
  const high = view.getInt32(at + 4, true)
  lane.add(productHigh(low, P2L) + Math.imul(high, P2L) + Math.imul(low, P2H), Math.imul(low, P2L))
  lane.rotateLeft(31)
  lane.multiply(P1H, P1L)
}
