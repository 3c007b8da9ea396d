/**
 * What of the Go runtime's memory allocator and garbage collector is read for `gospy heap`.
 *
 * Source: src/runtime/mstats.go, mheap.go, mcache.go, mcentral.go, mgc.go, mgcpacer.go,
 * mfinal.go and mcleanup.go of Go 1.5 to 1.27.
 */
import type { StructContract } from '../further/struct-contract.js'
import type { VariableContract } from '../runtime-contract.js'

/** One of `work.cpuStats`, which was not exported at first. */
const cpuTime = (name: string, before: string) =>
  [
    { path: `cpuStats.${name}`, since: 23 },
    { path: `cpuStats.${before}`, since: 20, until: 22 },
  ] as const

export const HEAP_STRUCTS = {
  /** runtime.memstats: until 1.15 all of runtime.MemStats, of which much is brought up to date only by ReadMemStats. */
  mstats: {
    name: 'runtime.mstats',
    fields: {
      heapSys: { path: 'heap_sys', until: 18 },
      heapIdle: { path: 'heap_idle', until: 15 },
      heapInuse: { path: 'heap_inuse', until: 18 },
      heapReleased: { path: 'heap_released', until: 18 },
      /** From 1.16 on brought up to date only by ReadMemStats: then heapStats count. */
      stacksInuse: { path: 'stacks_inuse', until: 18 },
      stacksSys: { path: 'stacks_sys' },
      mspanSys: { path: 'mspan_sys' },
      mcacheSys: { path: 'mcache_sys' },
      buckhashSys: { path: 'buckhash_sys' },
      gcSys: [
        { path: 'gcMiscSys', since: 16 },
        { path: 'gc_sys', until: 15 },
      ],
      otherSys: { path: 'other_sys' },
      tinyAllocs: { path: 'tinyallocs', until: 16 },
      nextGC: { path: 'next_gc', until: 16 },
      /** Wall-clock ns since 1970. */
      lastGC: [
        { path: 'last_gc_unix', since: 9 },
        { path: 'last_gc', until: 8 },
      ],
      pauseTotalNs: { path: 'pause_total_ns' },
      /** [256]uint64 each: of collection n at (n - 1) % 256. */
      pauseNs: { path: 'pause_ns' },
      pauseEnd: { path: 'pause_end' },
      numGC: { path: 'numgc' },
      numForcedGC: { path: 'numforcedgc', since: 8 },
      /** float64, as of the last collection. */
      gcCPUFraction: { path: 'gc_cpu_fraction' },
      heapLive: { path: 'heap_live', until: 16 },
      heapMarked: { path: 'heap_marked', until: 16 },
      /** How long the world was stopped for collections, each time: a histogram; since 1.22 the scheduler has it. */
      gcPauseCounts: { path: 'gcPauseDist.counts', since: 16, until: 21 },
      gcPauseUnderflow: { path: 'gcPauseDist.underflow', since: 16, until: 21 },
      gcPauseOverflow: { path: 'gcPauseDist.overflow', since: 20, until: 21 },
      /** Three heapStatsDelta, whose sum counts (consistentHeapStats.unsafeRead). */
      heapStats: { path: 'heapStats.stats', since: 16 },
    },
  },
  heapStatsDelta: {
    name: 'runtime.heapStatsDelta',
    since: 16,
    fields: {
      inStacks: { path: 'inStacks' },
      inWorkBufs: { path: 'inWorkBufs' },
      inPtrScalarBits: { path: 'inPtrScalarBits', until: 24 },
      tinyAllocCount: { path: 'tinyAllocCount', since: 17 },
      largeAlloc: { path: 'largeAlloc' },
      largeAllocCount: { path: 'largeAllocCount' },
      /** Of each size class. */
      smallAllocCount: { path: 'smallAllocCount' },
      largeFree: { path: 'largeFree' },
      largeFreeCount: { path: 'largeFreeCount' },
      smallFreeCount: { path: 'smallFreeCount' },
    },
  },
  gcControllerState: {
    name: 'runtime.gcControllerState',
    fields: {
      /** GOGC; -1 is off. */
      gcPercent: { path: 'gcPercent', since: 17 },
      /** Bytes; the largest int64 is none. */
      memoryLimit: { path: 'memoryLimit', since: 19 },
      heapGoal: [
        { path: 'heapGoal', since: 17, until: 18 },
        { path: 'heapGoal', until: 7 },
      ],
      gcPercentHeapGoal: { path: 'gcPercentHeapGoal', since: 19 },
      sweepDistMinTrigger: { path: 'sweepDistMinTrigger', since: 19 },
      triggered: { path: 'triggered', since: 19 },
      heapLive: { path: 'heapLive', since: 17 },
      heapMarked: { path: 'heapMarked', since: 17 },
      /** Bytes that the last collection had to look at, of the heap, of stacks, of variables. */
      heapScan: { path: 'heapScan', since: 17 },
      lastStackScan: { path: 'lastStackScan', since: 19 },
      globalsScan: { path: 'globalsScan', since: 19 },
      heapInUse: { path: 'heapInUse', since: 19 },
      heapReleased: { path: 'heapReleased', since: 19 },
      heapFree: { path: 'heapFree', since: 19 },
      mappedReady: { path: 'mappedReady', since: 19 },
    },
  },
  mheap: {
    name: 'runtime.mheap',
    fields: {
      /** []*mspan: every span there ever was. Until 1.7 only the address of the first, and `nspan` says how many there are. */
      allspans: { path: 'allspans' },
      nspan: { path: 'nspan', until: 7 },
      /** Of each span class a struct that begins with an mcentral. */
      central: { path: 'central' },
      spanInuse: { path: 'spanalloc.inuse' },
      cacheInuse: { path: 'cachealloc.inuse' },
      largeAlloc: { path: 'largealloc', since: 9, until: 15 },
      nlargeAlloc: { path: 'nlargealloc', since: 9, until: 15 },
      largeFree: { path: 'largefree', until: 15 },
      nlargeFree: { path: 'nlargefree', until: 15 },
      nsmallFree: { path: 'nsmallfree', until: 15 },
    },
  },
  mcentral: {
    name: 'runtime.mcentral',
    fields: {
      /** As if all spans in the per-P caches were used up (mcentral.cacheSpan). */
      nmalloc: { path: 'nmalloc', since: 9, until: 15 },
    },
  },
  mspan: {
    name: 'runtime.mspan',
    fields: {
      npages: { path: 'npages' },
      nelems: { path: 'nelems', since: 7 },
      allocCount: [
        { path: 'allocCount', since: 7 },
        { path: 'ref', until: 6 },
      ],
      /** What it was when a per-P cache got the span. */
      allocCountBeforeCache: { path: 'allocCountBeforeCache', since: 19 },
      /** Twice the size class, and one more if the objects have no pointers; until 1.8 the size class. */
      spanclass: [
        { path: 'spanclass', since: 9 },
        { path: 'sizeclass', until: 8 },
      ],
      state: { path: 'state' },
      elemsize: { path: 'elemsize' },
    },
  },
  mcache: {
    name: 'runtime.mcache',
    fields: {
      /** *mspan of each span class, until 1.8 of each size class. */
      alloc: { path: 'alloc' },
      tinyAllocs: [
        { path: 'tinyAllocs', since: 16 },
        { path: 'local_tinyallocs', until: 15 },
      ],
      largeFree: { path: 'local_largefree', until: 15 },
      nlargeFree: { path: 'local_nlargefree', until: 15 },
      nsmallFree: { path: 'local_nsmallfree', until: 15 },
    },
  },
  /** runtime.p, of which only this is asked for here. */
  heapP: {
    name: 'runtime.p',
    fields: {
      mcache: { path: 'mcache' },
      /** Besides those that gcCleanups counts. */
      cleanupsQueued: { path: 'cleanupsQueued', since: 25 },
    },
  },
  /** runtime.schedt, likewise: what memstats had until 1.21. */
  heapSched: {
    name: 'runtime.schedt',
    fields: {
      schedPauseCounts: { path: 'stwTotalTimeGC.counts', since: 22 },
      schedPauseUnderflow: { path: 'stwTotalTimeGC.underflow', since: 22 },
      schedPauseOverflow: { path: 'stwTotalTimeGC.overflow', since: 22 },
    },
  },
  /** What runtime.AddCleanup was told to do for objects that are gone. */
  cleanupQueue: {
    name: 'runtime.cleanupQueue',
    since: 25,
    fields: {
      queued: { path: 'queued' },
      executed: { path: 'executed' },
    },
  },
  gcCPULimiterState: {
    name: 'runtime.gcCPULimiterState',
    since: 19,
    fields: {
      /** The collection in which the share of CPU time that collections take was last limited; 0 for none. */
      lastEnabledCycle: { path: 'lastEnabledCycle' },
    },
  },
  workType: {
    name: 'runtime.workType',
    variable: 'runtime.work',
    fields: {
      /** CPU time in ns, as of the last collection. */
      gcAssistTime: cpuTime('GCAssistTime', 'gcAssistTime'),
      gcDedicatedTime: cpuTime('GCDedicatedTime', 'gcDedicatedTime'),
      gcIdleTime: cpuTime('GCIdleTime', 'gcIdleTime'),
      gcPauseTime: cpuTime('GCPauseTime', 'gcPauseTime'),
      gcTotalTime: cpuTime('GCTotalTime', 'gcTotalTime'),
      scavengeAssistTime: cpuTime('ScavengeAssistTime', 'scavengeAssistTime'),
      scavengeBgTime: cpuTime('ScavengeBgTime', 'scavengeBgTime'),
      scavengeTotalTime: cpuTime('ScavengeTotalTime', 'scavengeTotalTime'),
      idleTime: cpuTime('IdleTime', 'idleTime'),
      userTime: cpuTime('UserTime', 'userTime'),
      totalTime: cpuTime('TotalTime', 'totalTime'),
    },
  },
} as const satisfies Record<string, StructContract>

export const HEAP_VARIABLES = {
  mheap_: { name: 'runtime.mheap_' },
  /** uint32: what the garbage collector does now. */
  gcphase: { name: 'runtime.gcphase' },
  /** int32: GOGC; -1 is off. */
  gcpercent: { name: 'runtime.gcpercent', until: 16 },
  work: { name: 'runtime.work' },
  gcCPULimiter: { name: 'runtime.gcCPULimiter', since: 19 },
  /** uint32: bytes of the stack that a goroutine begins with. */
  startingStackSize: { name: 'runtime.startingStackSize', since: 19 },
  /** uint64: finalizers whose objects were found to be gone, and those of them that ran. */
  finqueued: { name: 'runtime.finqueued', since: 25 },
  finexecuted: { name: 'runtime.finexecuted', since: 25 },
  gcCleanups: { name: 'runtime.gcCleanups', since: 25 },
} as const satisfies Record<string, VariableContract>
