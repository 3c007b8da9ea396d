/**
 * Which functions of package runtime tell where its variables lie, and of internal/godebug where its own: each refers to few variables,
 * in every program, and its code is decoded to find them. Which of them hold in which version `layouts/make.ts` finds out from real
 * binaries, and writes it beside the layouts.
 */
import type { AnyVariable, FurtherVariable } from '../further/contract.js'
import type { RuntimeVariable } from '../runtime-contract.js'

/**
 * How a variable is found:
 *
 * - `alone`: functions that refer to no other variable. The lowest address that they refer to is so many bytes into it; where
 *   several know it, they must agree.
 * - `common`: functions that have only this variable in common, or one alone that refers to no other, besides those in `without` and
 *   what the functions in `not` refer to. The lowest address that they refer to is where it begins.
 * - `slice`: functions that refer to the three words of a slice, one behind the other, and of no other.
 */
export interface CodeAnchors {
  readonly alone?: readonly string[]
  readonly common?: readonly (readonly string[])[]
  readonly slice?: readonly string[]
  /** Whether it lies among the variables without pointers, which tells it from others that two functions have in common. */
  readonly pointerFree?: boolean
  /** Variables found before, which don't count. */
  readonly without?: readonly AnyVariable[]
  /** Functions: what they refer to does not count. Without one of them nothing is told. */
  readonly not?: readonly string[]
}

/** In the order in which they are looked for. */
export const CODE_ANCHORS = {
  allgs: { slice: ['allgadd', 'forEachG', 'GoroutineProfile'] },
  sched: { alone: ['incidlelocked', 'stopm', 'resetspinning', 'entersyscall_sysmon', 'runSafePointFn', 'gcstopm'] },
  allp: { alone: ['preemptall', 'flushmcache', 'gcMarkTinyAllocs', 'cachestats'] },
  allglen: {
    common: [
      ['allgadd', 'gcount'],
      ['allgadd', 'forEachGRace'],
    ],
    pointerFree: true,
    without: ['allgs'],
  },
  allm: {
    alone: ['ThreadCreateProfile', 'threadCreateProfileInternal'],
    common: [
      ['mcommoninit', 'schedtrace'],
      ['mexit', 'schedtrace'],
    ],
    without: ['sched', 'allp'],
  },
  semtable: { alone: ['semrelease1'], common: [['semrelease1', 'semacquire1']], pointerFree: false },
  memstats: { alone: ['progToPointerMask', '(*pollCache).alloc', 'newBucket', '(*traceAlloc).alloc'] },
  gcController: { alone: ['pollFractionalWorkerExit', '(*gcWork).dispose', '(*gcControllerState).commit'] },
  waitReasonStrings: { alone: ['waitReason.String', '(*waitReason).String', 'schedtrace.func1'] },
  fingRunning: { alone: ['isSystemGoroutine'] },
  fingStatus: { alone: ['isSystemGoroutine', 'createfing', 'finalizercommit'] },
} as const satisfies { readonly [V in RuntimeVariable]?: CodeAnchors }

/** The same for variables that are not looked for before they are asked for. */
export const FURTHER_ANCHORS = {
  gomaxprocs: {
    common: [
      ['GOMAXPROCS', 'procresize'],
      ['procresize', 'schedtrace'],
    ],
    pointerFree: true,
    without: ['sched', 'allp'],
  },
  mheap_: {
    alone: [
      'setprofilebucket',
      'removefinalizer',
      'spanOfHeap',
      'allocmcache.func1',
      '(*mcache).prepareForSweep',
      '(*mcentral).uncacheSpan',
      'scanobject',
      'largeAlloc',
    ],
  },
  work: { alone: ['putempty', 'gcWakeAllAssists', 'putfull', 'prepareFreeWorkbufs', 'trygetfull'] },
  gcCPULimiter: { alone: ['(*mheap).allocSpan.func1'] },
  startingStackSize: { alone: ['gfget.func2'] },
  ncgocall: { common: [['mexit']], pointerFree: true, not: ['gcMarkTermination'] },
  finqueued: { common: [['queuefinalizer', 'finReadQueueStats']], pointerFree: true, not: ['runFinalizers'] },
  finexecuted: { common: [['runFinalizers', 'finReadQueueStats']], pointerFree: true, not: ['queuefinalizer'] },
  gcCleanups: { common: [['findRunnable', '(*activeSweep).end']], pointerFree: false },
  godebugCache: { common: [['internal/godebug.lookup', 'internal/godebug.update']], pointerFree: false },
  godebugsAll: { common: [['internal/godebug.lookup', 'initMetrics']], pointerFree: false },
  gcphase: {
    common: [
      ['gcMark', 'stackpoolfree'],
      ['gcMark', 'stackfree'],
      ['gcSweep', 'stackpoolfree'],
    ],
    pointerFree: true,
    without: ['sched', 'memstats', 'gcController'],
  },
  gcpercent: {
    common: [
      ['gcStart', '(*gcControllerState).revise'],
      ['(*gcControllerState).startCycle', 'mallocgc'],
      ['(*gcControllerState).endCycle', 'gcSetTriggerRatio'],
    ],
    pointerFree: true,
    without: ['sched', 'allp', 'memstats', 'gcController'],
  },
} as const satisfies { readonly [V in FurtherVariable]?: CodeAnchors }

/** All functions that tell variables; those of package runtime without its name. */
export const ANCHOR_FUNCTIONS: readonly string[] = [
  ...new Set(
    Object.values<CodeAnchors>({ ...CODE_ANCHORS, ...FURTHER_ANCHORS }).flatMap(
      ({ alone = [], common = [], slice = [], not = [] }) => [...alone, ...common.flat(), ...slice, ...not],
    ),
  ),
]
