/**
 * What must hold for the fields of runtime.g, runtime.m and runtime.p in a live process, whatever the version: with it a
 * layout is confirmed that no debug data vouch for, and one is discovered of a version that no table knows.
 */
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { GField, MField, PField } from './runtime-contract.js'

/** Whether the memory of all samples is as it must be if the field lies there; `open` if it would be so almost anywhere. */
export type Verdict = 'confirmed' | 'open' | 'refuted'

/** A struct as it lay in memory; both looks at it found the same. */
export interface Sample {
  readonly address: number
  readonly view: DataView
}

/** What is known of the process. */
export interface LayoutEvidence {
  readonly goroutines: readonly Sample[]
  /** Of all goroutines, also those of which there is no sample. */
  readonly isGoroutine: (address: number) => boolean
  readonly ms: readonly Sample[]
  readonly isM: (address: number) => boolean
  /** In the order of runtime.allp. */
  readonly ps: readonly Sample[]
  readonly isP: (address: number) => boolean
  /** Whether an instruction of a Go function lies there, and whether one begins there. */
  readonly isCode: (pc: number) => boolean
  readonly isEntry: (pc: number) => boolean
  /** Whether it is a thread's number, as the process sees it. */
  readonly isThread: (tid: number) => boolean
  /** Whether memory is mapped there. */
  readonly isMapped: (address: number) => boolean
  /** Reads the pointer at an address of the process; NaN where it cannot. */
  readonly pointer: (address: number) => number
  /** The process's CLOCK_MONOTONIC in ns, if it is known. */
  readonly now: number | undefined
  /** How many wait reasons there are. */
  readonly waitReasons: number
}

/** Where other fields of the same struct lie, as far as they are known already; of runtime.g also for its goroutines' Ms. */
export type KnownOffsets<F extends string> = { readonly [Field in F]?: number }

/** @param size of the field in bytes: what it is may depend on it */
export type FieldTest<F extends string> = (
  evidence: LayoutEvidence,
  offset: number,
  known: KnownOffsets<F>,
  size: number,
) => Verdict

/** Bytes of a stack, at least and at most. */
const LEAST_STACK = 1024
const LARGEST_STACK = 2 ** 30
/** What the outermost frame may take, in bytes. */
const OUTERMOST_FRAME = 4096

/** A time after which a program has run: a smaller number is anything, ns. */
const EARLIEST = 10_000_000
/** Bytes of a wait reason's text, at most. */
const LONGEST_REASON = 64

/** Where `m` lies in runtime.g, in every version: behind stack, the two stackguards, _panic and _defer. */
export const G_M = 48

function u64({ view }: Sample, offset: number): number {
  return offset >= 0 && offset + 8 <= view.byteLength
    ? view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true)
    : Number.NaN
}

function u32({ view }: Sample, offset: number): number {
  return offset >= 0 && offset + 4 <= view.byteLength ? view.getUint32(offset, true) : Number.NaN
}

function u8({ view }: Sample, offset: number): number {
  return offset >= 0 && offset < view.byteLength ? view.getUint8(offset) : Number.NaN
}

/** All must hold, and of `some` one. */
function verdict(
  samples: readonly Sample[],
  holds: (sample: Sample) => boolean,
  tells: (sample: Sample) => boolean,
): Verdict {
  if (!samples.every(holds)) return 'refuted'
  return samples.some(tells) ? 'confirmed' : 'open'
}

/** Goroutines that wait: they have a stack, and nothing of them changes. Until it is known where the status lies, all with a stack. */
function waiting(evidence: LayoutEvidence, known: KnownOffsets<GField>): Sample[] {
  const { atomicstatus } = known
  return evidence.goroutines.filter(
    (g) => u64(g, 0) > 0 && (atomicstatus === undefined || statusAt(g, atomicstatus) === STATUS.waiting),
  )
}

function statusAt(sample: Sample, offset: number): number {
  return statusOf(u32(sample, offset))
}

const yes = () => true

/** A test of the goroutines that wait. */
function whileWaiting(holds: (evidence: LayoutEvidence, sample: Sample, offset: number) => boolean): FieldTest<GField> {
  return (evidence, offset, known) => verdict(waiting(evidence, known), (g) => holds(evidence, g, offset), yes)
}

/** A pointer that is mostly nil, and leads to what `leads` says otherwise. */
function pointerTo<F extends string>(
  samples: (evidence: LayoutEvidence) => readonly Sample[],
  leads: (evidence: LayoutEvidence, to: number, from: Sample) => boolean,
): FieldTest<F> {
  return (evidence, offset) =>
    verdict(
      samples(evidence),
      (sample) => u64(sample, offset) === 0 || leads(evidence, u64(sample, offset), sample),
      (sample) => u64(sample, offset) !== 0,
    )
}

const ofGoroutines = ({ goroutines }: LayoutEvidence) => goroutines

/** In the order in which they are looked for: what comes later may ask what came before. A field without a test is only carried along. */
export const G_TESTS: { readonly [F in GField]?: FieldTest<GField> } = {
  stackLo: ({ goroutines }, offset) =>
    verdict(
      goroutines,
      (g) => hasStackAt(g, offset),
      (g) => u64(g, offset) > 0,
    ),
  stackHi: ({ goroutines }, offset) =>
    verdict(
      goroutines,
      (g) => hasStackAt(g, offset - 8),
      (g) => u64(g, offset) > 0,
    ),
  schedG: ({ goroutines }, offset) => verdict(goroutines, (g) => u64(g, offset) === g.address, yes),
  schedSp: (evidence, offset, known) =>
    verdict(waiting(evidence, known), (g) => isOnStack(g, u64(g, offset)) && evidence.isCode(u64(g, offset + 8)), yes),
  schedPc: whileWaiting(({ isCode }, g, offset) => isCode(u64(g, offset)) && isOnStack(g, u64(g, offset - 8))),
  atomicstatus: ({ goroutines }, offset) =>
    verdict(
      goroutines,
      (g) => {
        const status = statusAt(g, offset)
        // Who was never started, or has ended, may have any stack; all others have one and run, wait or are about to.
        return status < STATUS.unknown && (u64(g, 0) === 0 || status !== STATUS.idle)
      },
      (g) => statusAt(g, offset) === STATUS.waiting,
    ),
  goid: ({ goroutines }, offset, { atomicstatus }) => {
    const alive = goroutines.filter((g) => atomicstatus === undefined || !isDead(u32(g, atomicstatus)))
    const ids = alive.map((g) => u64(g, offset))
    const isDistinct = new Set(ids).size === ids.length
    if (!isDistinct || !ids.every((id) => id >= 1 && id < 2 ** 40)) return 'refuted'
    // A single one may be any small number.
    return ids.length > 1 ? 'confirmed' : 'open'
  },
  waitsince: ({ goroutines, now, isMapped }, offset) =>
    verdict(
      goroutines,
      (g) => u64(g, offset) === 0 || now === undefined || u64(g, offset) <= now,
      // Many numbers are less than the time, addresses of the heap among them: they are some minutes as well.
      (g) => now !== undefined && u64(g, offset) > EARLIEST && !isMapped(u64(g, offset)),
    ),
  waitreason: (evidence, offset, known, size) => {
    const { waitReasons, isMapped } = evidence
    // Up to Go 1.10 the text itself.
    const isText = (g: Sample) => u64(g, offset + 8) <= LONGEST_REASON && isMapped(u64(g, offset))
    const isNumber = (g: Sample) => u8(g, offset) > 0 && u8(g, offset) < waitReasons
    return verdict(waiting(evidence, known), size === 1 ? isNumber : isText, yes)
  },
  // A goroutine that C code's thread was given was started by nobody.
  gopc: (evidence, offset, known) =>
    verdict(
      waiting(evidence, known),
      (g) => u64(g, offset) === 0 || evidence.isCode(u64(g, offset)),
      (g) => u64(g, offset) !== 0,
    ),
  startpc: (evidence, offset, known) =>
    verdict(
      waiting(evidence, known),
      (g) => u64(g, offset) === 0 || evidence.isEntry(u64(g, offset)),
      (g) => u64(g, offset) !== 0,
    ),
  topSp: whileWaiting((_, g, offset) => {
    const [sp, hi] = [u64(g, offset), u64(g, 8)]
    return sp <= hi && sp > hi - OUTERMOST_FRAME
  }),
  syscallSp: ({ goroutines }, offset) =>
    verdict(
      goroutines,
      (g) => u64(g, offset) === 0 || isOnStack(g, u64(g, offset)),
      (g) => u64(g, offset) !== 0,
    ),
  syscallPc: ({ goroutines, isCode }, offset, { syscallSp }) => {
    const inSyscall = goroutines.filter((g) => syscallSp !== undefined && u64(g, syscallSp) !== 0)
    return verdict(inSyscall, (g) => isCode(u64(g, offset)), yes)
  },
  m: pointerTo(ofGoroutines, ({ isM }, to) => isM(to)),
  lockedm: pointerTo(ofGoroutines, ({ isM }, to) => isM(to)),
  labels: pointerTo(ofGoroutines, ({ isMapped }, to) => to % 8 === 0 && isMapped(to)),
  parentGoid: ({ goroutines }, offset, { goid }) => {
    if (goid === undefined) return 'open'
    const ids = new Set(goroutines.map((g) => u64(g, goid)))
    // Ids are given out in batches to each P, so that a parent's may be above its child's, and parents may have ended.
    const highest = Math.max(...ids) * 4 + 2 ** 16
    return verdict(
      goroutines,
      (g) => u64(g, offset) <= highest && (u64(g, offset) !== u64(g, goid) || u64(g, goid) === 0),
      (g) => u64(g, offset) > 0 && ids.has(u64(g, offset)),
    )
  },
  runningCleanups: ({ goroutines }, offset) =>
    verdict(
      goroutines,
      (g) => u8(g, offset) <= 1,
      () => false,
    ),
}

export const M_TESTS: { readonly [F in MField]?: FieldTest<MField> } = {
  g0: ({ ms, pointer }, offset) => verdict(ms, (m) => isStackOfM(u64(m, offset), m.address, pointer), yes),
  gsignal: ({ ms, pointer }, offset) =>
    verdict(
      ms,
      (m) => u64(m, offset) === 0 || isStackOfM(u64(m, offset), m.address, pointer),
      (m) => u64(m, offset) !== 0,
    ),
  procid: ({ ms, isThread }, offset) =>
    verdict(
      ms,
      (m) => u64(m, offset) === 0 || isThread(u64(m, offset)),
      (m) => u64(m, offset) !== 0,
    ),
  curg: pointerTo(
    ({ ms }) => ms,
    ({ isGoroutine }, to) => isGoroutine(to),
  ),
  // Mostly 0, and then anywhere.
  vdsoSP: ({ ms, isMapped }, offset) =>
    verdict(
      ms,
      (m) => u64(m, offset) === 0 || isMapped(u64(m, offset)),
      () => false,
    ),
  vdsoPC: ({ ms, isCode }, offset) =>
    verdict(
      ms,
      (m) => u64(m, offset) === 0 || isCode(u64(m, offset)),
      () => false,
    ),
  // Where the Ps were not found, nothing can be said of it.
  p: (evidence, offset, known, size) => (evidence.ps.length === 0 ? 'open' : pointerToP(evidence, offset, known, size)),
}

const pointerToP = pointerTo<MField>(
  ({ ms }) => ms,
  ({ isP }, to) => isP(to),
)

export const P_TESTS: { readonly [F in PField]?: FieldTest<PField> } = {
  id: ({ ps }, offset) => {
    const isInOrder = ps.every((p, index) => u32(p, offset) === index)
    return !isInOrder ? 'refuted' : ps.length > 1 ? 'confirmed' : 'open'
  },
  status: ({ ps }, offset) =>
    verdict(
      ps,
      (p) => u32(p, offset) <= 4,
      () => false,
    ),
  m: pointerTo(
    ({ ps }) => ps,
    ({ isM }, to) => isM(to),
  ),
}

function hasStackAt(g: Sample, offset: number): boolean {
  const [lo, hi] = [u64(g, offset), u64(g, offset + 8)]
  return (lo === 0 && hi === 0) || (lo > 0 && hi - lo >= LEAST_STACK && hi - lo <= LARGEST_STACK)
}

/** `stack` is the first field of every version. */
function isOnStack(g: Sample, sp: number): boolean {
  return sp % 8 === 0 && sp >= u64(g, 0) && sp < u64(g, 8)
}

/** Whether a g is a thread's own: its `m` is the thread's. */
function isStackOfM(g: number, m: number, pointer: (address: number) => number): boolean {
  return g > 0 && pointer(g + G_M) === m
}
