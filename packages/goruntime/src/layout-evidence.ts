/** Looks at a live process for what `layout-tests.ts` asks: goroutines, Ms and Ps as they lie in memory. */
import type { MemoryReader } from '@gospy/bytes'
import { readWord } from './go-string.js'
import { G_M, type LayoutEvidence, type Sample } from './layout-tests.js'

/** Goroutines that are looked at. */
const MOST_GOROUTINES = 512
const MOST_MS = 256
/** Bytes that are looked at of each struct: more than the known fields of any version take. */
const SPAN = { g: 512, m: 2048, p: 128 }
/** Tries to see a struct twice the same. */
const LOOKS = 4

export interface EvidenceSource {
  readonly memory: MemoryReader
  /** Addresses of all goroutines there ever were. */
  readonly allgs: Float64Array
  /** Addresses of all Ps, in their order; empty where they were not found. */
  readonly allp: readonly number[]
  readonly isCode: (pc: number) => boolean
  readonly isEntry: (pc: number) => boolean
  readonly isThread: (tid: number) => boolean
  readonly isMapped: (address: number) => boolean
  readonly now: number | undefined
  readonly waitReasons: number
}

export function layoutEvidence(source: EvidenceSource): LayoutEvidence {
  const { memory, allgs, allp, isCode, isEntry, isThread, isMapped, now, waitReasons } = source
  const word = new DataView(new ArrayBuffer(8))
  const pointer = (address: number) =>
    memory.read(address, new Uint8Array(word.buffer)) === 8 ? readWord(word, 0) : Number.NaN
  const all = new Set(allgs)
  // Those that were made last are as good as the first, and more likely to be alive.
  const step = Math.max(1, allgs.length / MOST_GOROUTINES)
  const chosen: number[] = []
  for (let index = 0; index < allgs.length; index += step) chosen.push(allgs[Math.floor(index)]!)
  const goroutines = samples(memory, chosen, SPAN.g)
  const mAddresses = new Set<number>()
  for (const g of goroutines) {
    const m = readWord(g.view, G_M)
    // Its own g begins it: that one's m leads back.
    if (m > 0 && mAddresses.size < MOST_MS && pointer(pointer(m) + G_M) === m) mAddresses.add(m)
  }
  const known = new Map<number, boolean>([...mAddresses].map((m) => [m, true]))
  const isM = (address: number) => {
    let answer = known.get(address)
    if (answer === undefined) {
      answer = pointer(pointer(address) + G_M) === address
      known.set(address, answer)
    }
    return answer
  }
  const ps = new Set(allp)
  return {
    goroutines,
    isGoroutine: (address) => all.has(address),
    ms: samples(memory, [...mAddresses], SPAN.m),
    isM,
    ps: samples(memory, allp, SPAN.p),
    isP: (address) => ps.has(address),
    isCode,
    isEntry,
    isThread,
    isMapped,
    pointer,
    now,
    waitReasons,
  }
}

/** The structs that were twice the same. The last of them may lie at the end of what is mapped. */
function samples(memory: MemoryReader, addresses: readonly number[], span: number): Sample[] {
  return addresses.flatMap((address) => {
    let last = new Uint8Array(span)
    let count = memory.read(address, last)
    for (let look = 0; look < LOOKS; look++) {
      const next = new Uint8Array(span)
      const again = memory.read(address, next)
      if (again === count && Buffer.compare(last.subarray(0, count), next.subarray(0, count)) === 0) {
        return [{ address, view: new DataView(next.buffer, 0, count) }]
      }
      last = next
      count = again
    }
    return []
  })
}
