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

/** A seed of a text's own. */
export function seedOf(text: string): number {
  let seed = 5381
  for (let index = 0; index < text.length; index++) seed = Math.imul(seed, 33) ^ text.charCodeAt(index)
  return seed
}

/** How many times as much damage is tried as in a run that is to be short. */
export const HOSTILE = Number(process.env['GOSPY_HOSTILE'] ?? 1)

const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff]

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array

export const mutations: Readonly<Record<string, Mutation>> = {
  flip(bytes, random) {
    for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)]! ^= 1 << random(8)
    return bytes
  },
  extreme(bytes, random) {
    const start = random(bytes.length)
    bytes.fill(EXTREMES[random(EXTREMES.length)]!, start, start + 1 + random(12))
    return bytes
  },
  cut: (bytes, random) => bytes.subarray(0, random(bytes.length)),
  splice(bytes, random) {
    const length = 1 + random(Math.min(64, bytes.length))
    bytes.copyWithin(random(bytes.length), random(bytes.length - length + 1), length)
    return bytes
  },
  lie(bytes, random) {
    // Lengths, offsets and block sizes are mostly near the start of something.
    const at = random(Math.min(bytes.length, 40))
    for (let index = at; index < Math.min(at + 4, bytes.length); index++) bytes[index] = 0xff - random(3)
    return bytes
  },
}
