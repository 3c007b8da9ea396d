/**
 * What the scheduler keeps: src/runtime/runtime2.go (schedt, p, m, g), proc.go (gQueue), time.go (timers) and histogram.go
 * of Go 1.5 to 1.27. Fields that became atomic types lie where they were.
 */
import type { StructContract } from '../further/struct-contract.js'
import type { FieldContract, VariableContract } from '../runtime-contract.js'

/** A histogram of the times for which the world is stopped: since Go 1.22. */
function stopped<Key extends string>(key: Key, path: string) {
  const part = (name: string) => ({ path: `${path}.${name}`, since: 22 })
  return {
    [`${key}Counts`]: part('counts'),
    [`${key}Underflow`]: part('underflow'),
    [`${key}Overflow`]: part('overflow'),
  } as Readonly<Record<`${Key}${'Counts' | 'Underflow' | 'Overflow'}`, FieldContract>>
}

export const SCHED_STRUCTS = {
  schedt: {
    name: 'runtime.schedt',
    fields: {
      /** Idle Ms: the first of a list, and how many there are. */
      midle: [
        { path: 'midle.obj', since: 26 },
        { path: 'midle', until: 25 },
      ],
      nmidle: { path: 'nmidle' },
      /** Ms that wait for the goroutine that is locked to them, and that the deadlock detector does not count as running. */
      nmidlelocked: { path: 'nmidlelocked' },
      /** Ms created so far, those that ended included; how many ended since 1.10. */
      mcount: [
        { path: 'mnext', since: 10 },
        { path: 'mcount', until: 9 },
      ],
      nmfreed: { path: 'nmfreed', since: 10 },
      pidle: { path: 'pidle' },
      npidle: { path: 'npidle' },
      nmspinning: { path: 'nmspinning' },
      needspinning: { path: 'needspinning', since: 20 },
      /** The global run queue: the first goroutine of a list through g.schedlink, and its length. */
      runqhead: [
        { path: 'runq.head', since: 12 },
        { path: 'runqhead', until: 11 },
      ],
      runqsize: [
        { path: 'runq.size', since: 25 },
        { path: 'runqsize', until: 24 },
      ],
      /** A uint32 until 1.19, a bool since; likewise sysmonwait. */
      gcwaiting: { path: 'gcwaiting' },
      stopwait: { path: 'stopwait' },
      sysmonwait: { path: 'sysmonwait' },
      /** runtime.g that no goroutine uses now, besides those that Ps have. */
      gFree: [
        { path: 'gFree.n', since: 12, until: 24 },
        { path: 'ngfree', until: 11 },
      ],
      gFreeStack: { path: 'gFree.stack.size', since: 25 },
      gFreeNoStack: { path: 'gFree.noStack.size', since: 25 },
      /** Goroutines of the runtime's own. */
      ngsys: { path: 'ngsys', since: 6 },
      /** Goroutines in system calls without a P, since 1.26. */
      nGsyscallNoP: { path: 'nGsyscallNoP', since: 26 },
      /** Besides those that Ps count. */
      goroutinesCreated: { path: 'goroutinesCreated', since: 26 },
      /** ns that goroutines waited for mutexes; that Ms which ended waited for locks of the runtime. */
      mutexWaitTime: { path: 'totalMutexWaitTime', since: 20 },
      lockWaitTime: { path: 'totalRuntimeLockWaitTime', since: 22 },
      /** How long stopping the world took, and how long it was stopped altogether, for collections and for other reasons: histograms. */
      ...stopped('stoppingGC', 'stwStoppingTimeGC'),
      ...stopped('stoppingOther', 'stwStoppingTimeOther'),
      ...stopped('totalGC', 'stwTotalTimeGC'),
      ...stopped('totalOther', 'stwTotalTimeOther'),
      /** Whether GOMAXPROCS was set, by the environment or a call, rather than derived from the machine. */
      customGomaxprocs: { path: 'customGOMAXPROCS', since: 25 },
      /** How long goroutines were runnable before they ran, of every eighth (proc.go, casgstatus): a histogram. */
      timeToRunCounts: { path: 'timeToRun.counts', since: 17 },
      timeToRunUnderflow: { path: 'timeToRun.underflow', since: 17 },
      timeToRunOverflow: { path: 'timeToRun.overflow', since: 20 },
    },
  },
  schedP: {
    name: 'runtime.p',
    fields: {
      link: { path: 'link' },
      /** Incremented when a goroutine is given to run and when a system call is entered or left; both wrap at 2^32. */
      schedtick: { path: 'schedtick' },
      syscalltick: { path: 'syscalltick' },
      /** The local run queue: a ring of pointers, of which those from head to tail wait. */
      runqhead: { path: 'runqhead' },
      runqtail: { path: 'runqtail' },
      runq: { path: 'runq' },
      /** The goroutine that runs next, before the queue; 0 where there is none. */
      runnext: { path: 'runnext' },
      /** runtime.g that no goroutine uses now. */
      pGFree: [
        { path: 'gFree.size', since: 25 },
        { path: 'gFree.n', since: 12, until: 24 },
        { path: 'gfreecnt', until: 11 },
      ],
      pGoroutinesCreated: { path: 'goroutinesCreated', since: 26 },
      /** Timers in the P's heap, those included that were stopped and not yet removed. Until 1.13 timers belong to no P. */
      timersLength: [
        { path: 'timers.heap.len', since: 23 },
        { path: 'timers.len', since: 14, until: 22 },
      ],
    },
  },
  schedM: {
    name: 'runtime.m',
    fields: {
      id: { path: 'id' },
      /** The function that it was made to run, first or for ever. */
      mstartfn: { path: 'mstartfn' },
      spinning: { path: 'spinning' },
      blocked: { path: 'blocked' },
      incgo: { path: 'incgo', since: 9 },
      /** Made for threads that C created and that call Go. */
      isextra: { path: 'isextra', since: 20 },
      /** Calls from Go to C. */
      ncgocall: { path: 'ncgocall' },
      /** ns that it waited for locks of the runtime. */
      mLockWaitTime: { path: 'mLockProfile.waitTime', since: 22 },
      lockedg: { path: 'lockedg' },
      /** All Ms, linked by this. */
      alllink: { path: 'alllink' },
      /** Idle Ms, linked by this. */
      idleLink: [
        { path: 'idleNode.next', since: 26 },
        { path: 'schedlink', until: 25 },
      ],
    },
  },
  schedG: {
    name: 'runtime.g',
    fields: {
      /** The next goroutine in the global run queue. */
      schedlink: { path: 'schedlink' },
    },
  },
} as const satisfies Record<string, StructContract>

export const SCHED_VARIABLES = {
  /** int32: what runtime.GOMAXPROCS returns. */
  gomaxprocs: { name: 'runtime.gomaxprocs' },
  /** uint64: calls from Go to C of Ms that are gone. */
  ncgocall: { name: 'runtime.ncgocall', since: 17 },
} as const satisfies Record<string, VariableContract>
