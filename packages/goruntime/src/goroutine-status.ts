/** The states of a goroutine, in the runtime's own words (src/runtime/runtime2.go, Go 1.5 to 1.27; numbers never moved). */

/** Indexed by `g.atomicstatus` without the scan bit. 5 and 7 are no longer used by any supported version. */
export const GOROUTINE_STATUSES = [
  'idle',
  'runnable',
  'running',
  'syscall',
  'waiting',
  'moribund',
  'dead',
  'enqueue',
  'copystack',
  'preempted',
  'leaked',
  'deadextra',
  /** None that a Go version has: its memory is damaged, or the version newer than this code. */
  'unknown',
] as const

export type GoroutineStatus = (typeof GOROUTINE_STATUSES)[number]

export const STATUS = {
  idle: 0,
  runnable: 1,
  running: 2,
  syscall: 3,
  waiting: 4,
  dead: 6,
  copystack: 8,
  preempted: 9,
  leaked: 10,
  deadextra: 11,
  unknown: 12,
} as const

/** Set in `atomicstatus` while the garbage collector scans the goroutine's stack. */
const SCAN_BIT = 0x1000

/** The status that `g.atomicstatus` holds, of STATUS or any other number. */
export function statusOf(atomicstatus: number): number {
  return (atomicstatus & ~SCAN_BIT) >>> 0
}

/**
 * Whether a goroutine of this status word may be having its stack moved: to a larger one (`copystack`), or, while the garbage
 * collector scans it, to a smaller one (runtime/stack.go, copystack, called by newstack and by shrinkstack). `g.stack`,
 * `g.sched.sp` and `g.stktopsp` are changed one after the other, so that a process stopped in between has some of both stacks.
 */
export function mayMoveStack(atomicstatus: number): boolean {
  return (atomicstatus & SCAN_BIT) !== 0 || statusOf(atomicstatus) === STATUS.copystack
}

/** Whether a status word is that of a goroutine that is not there: never used, ended, or waiting for a call from C. */
export function isDead(atomicstatus: number): boolean {
  const status = statusOf(atomicstatus)
  return status === STATUS.dead || status === STATUS.deadextra || status === STATUS.idle
}
