/** Broken bytes, seeded, so that a failure can be repeated. */

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** Bytes flipped, cut, spliced, or with lies in the words of the header. */
export function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(next() * limit)
  const kind = below(5)
  if (kind === 0) return bytes.slice(0, below(next() < 0.5 ? 200 : bytes.length))
  const broken = bytes.slice()
  if (kind === 1) {
    // In the header: counts, sizes, offsets.
    for (let i = 0; i < 1 + below(4); i++) broken[below(80)] = below(256)
  } else if (kind === 2) {
    for (let i = 0; i < 1 + below(2000); i++) broken[below(broken.length)] = below(256)
  } else if (kind === 3) {
    const from = below(broken.length)
    broken.copyWithin(below(broken.length), from, from + below(broken.length - from))
  } else {
    const extreme = [0x00, 0xff, 0x7f, 0x80][below(4)]!
    const start = below(broken.length)
    broken.fill(extreme, start, start + 1 + below(next() < 0.5 ? 16 : 20_000))
  }
  return broken
}
