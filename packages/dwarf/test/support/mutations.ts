/** Damage to bytes, by a fixed seed: the same in every run. */

export type Random = (below: number) => number

/** xorshift32. */
export function randomNumbers(seed: number): Random {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff]

/** Flipped bits, runs of extreme bytes, cut ends, spliced pieces, lengths that lie. */
export const mutations: readonly ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => {
    for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)]! ^= 1 << random(8)
    return bytes
  },
  (bytes, random) => {
    const start = random(bytes.length)
    return bytes.fill(EXTREMES[random(EXTREMES.length)]!, start, start + 1 + random(12))
  },
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => {
    const length = 1 + random(Math.min(64, bytes.length))
    return bytes.copyWithin(random(bytes.length), random(bytes.length - length + 1), length)
  },
  (bytes, random) => {
    // Counts and lengths are mostly near the start of something.
    const at = random(Math.min(bytes.length, 60))
    return bytes.fill(0xff - random(3), at, at + 4)
  },
]
