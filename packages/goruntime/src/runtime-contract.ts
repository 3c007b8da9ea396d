/**
 * The variables, structs and fields of the Go runtime that every look at a process needs, with the Go versions that have them; what
 * only some answers need is declared beside what reads it (`further/contract.ts`). `test/runtime-contract.test.ts` holds both lists
 * against the debug data of the committed binaries, `pnpm matrix` against those of every version; a layout (`runtime-layout.ts`) is
 * made from this one and from nothing else.
 *
 * Source: src/runtime/runtime2.go, proc.go and mfinal.go of Go 1.5 to 1.27.
 */

/** A field, by its path from the struct, and the Go minor versions (1.N) that have it. */
export interface FieldContract {
  readonly path: string
  /** First minor version that has the field; all that are supported where absent. */
  readonly since?: number
  /** Last minor version that has the field. */
  readonly until?: number
}

export interface VariableContract {
  readonly name: string
  readonly since?: number
  readonly until?: number
}

/** The oldest Go whose runtime this package knows: the first that is written in Go and described by its own DWARF. */
export const OLDEST_MINOR = 5

export const G_FIELDS = {
  stackLo: { path: 'stack.lo' },
  stackHi: { path: 'stack.hi' },
  m: { path: 'm' },
  /** Stack pointer of the outermost frame. */
  topSp: { path: 'stktopsp', since: 6 },
  schedSp: { path: 'sched.sp' },
  schedPc: { path: 'sched.pc' },
  /** The goroutine's own address: what tells a runtime.g from other memory. */
  schedG: { path: 'sched.g' },
  /** The link register, on machines that have one; 0 where its value is on the stack. */
  schedLr: { path: 'sched.lr' },
  syscallSp: { path: 'syscallsp' },
  syscallPc: { path: 'syscallpc' },
  /** uint32; wrapped in atomic.Uint32 since 1.20, at the same offset. */
  atomicstatus: { path: 'atomicstatus' },
  goid: { path: 'goid' },
  /** ns of CLOCK_MONOTONIC; 0 until a GC has seen the goroutine wait (mgcmark.go, scanstack's caller). */
  waitsince: { path: 'waitsince' },
  /** A number since 1.11; the text itself, a string, before. */
  waitreason: { path: 'waitreason' },
  /** Counts the goroutine's transitions out of running, modulo 256 (proc.go, casgstatus); since 1.26 not into system calls. */
  trackingSeq: { path: 'trackingSeq', since: 17 },
  lockedm: { path: 'lockedm' },
  parentGoid: { path: 'parentGoid', since: 21 },
  gopc: { path: 'gopc' },
  startpc: { path: 'startpc' },
  labels: { path: 'labels', since: 9 },
  /** Set while the goroutine runs user code of a cleanup; tells isSystemGoroutine. */
  runningCleanups: { path: 'runningCleanups', since: 25 },
} as const satisfies Record<string, FieldContract>

export const M_FIELDS = {
  /** The thread's id (tid), in the innermost pid namespace of the process. */
  procid: { path: 'procid' },
  /** The goroutine that it runs. */
  curg: { path: 'curg' },
  /** The g of the thread's own stack, and the one of the stack that signals are handled on. */
  g0: { path: 'g0' },
  gsignal: { path: 'gsignal' },
  /** The P that it runs goroutines with; 0 while it has none. */
  p: { path: 'p' },
  /** While the thread is in the kernel's vDSO: the stack pointer and return address of who called it. */
  vdsoSP: { path: 'vdsoSP', since: 11 },
  vdsoPC: { path: 'vdsoPC', since: 11 },
} as const satisfies Record<string, FieldContract>

export const P_FIELDS = {
  /** Its place in runtime.allp. */
  id: { path: 'id' },
  status: { path: 'status' },
  /** The M that has it; 0 while it is idle. */
  m: { path: 'm' },
} as const satisfies Record<string, FieldContract>

export const STRUCTS = {
  g: { name: 'runtime.g', fields: G_FIELDS },
  m: { name: 'runtime.m', fields: M_FIELDS },
  p: { name: 'runtime.p', fields: P_FIELDS },
} as const

export const VARIABLES = {
  /** []*g: every goroutine there ever was, dead ones awaiting reuse included; only ever grows. */
  allgs: { name: 'runtime.allgs' },
  /** Written after the element it counts (proc.go, allgadd): read it before the slice's pointer. */
  allglen: { name: 'runtime.allglen' },
  /** []*p since 1.10, an array of them before: one for each of GOMAXPROCS, and since 1.10 none else. */
  allp: { name: 'runtime.allp' },
  /** *m, linked by m.alllink: every thread that runs Go code. */
  allm: { name: 'runtime.allm' },
  /** The scheduler's own data (schedt). */
  sched: { name: 'runtime.sched' },
  /** Who waits for semaphores, in a table of trees by address. */
  semtable: { name: 'runtime.semtable' },
  memstats: { name: 'runtime.memstats' },
  gcController: { name: 'runtime.gcController' },
  /** [N]string, indexed by g.waitreason. */
  waitReasonStrings: { name: 'runtime.waitReasonStrings', since: 11 },
  /** Whether the finalizer goroutine runs user code: a bool, until 1.19. */
  fingRunning: { name: 'runtime.fingRunning', until: 19 },
  /** The same as bits of an uint32, since 1.20. */
  fingStatus: { name: 'runtime.fingStatus', since: 20 },
} as const satisfies Record<string, VariableContract>

export type GField = keyof typeof G_FIELDS
export type MField = keyof typeof M_FIELDS
export type PField = keyof typeof P_FIELDS
export type RuntimeVariable = keyof typeof VARIABLES

/** Whether Go 1.`minor` has what `contract` describes. */
export function isInVersion(contract: { since?: number; until?: number }, minor: number): boolean {
  return minor >= (contract.since ?? 0) && minor <= (contract.until ?? Number.POSITIVE_INFINITY)
}
