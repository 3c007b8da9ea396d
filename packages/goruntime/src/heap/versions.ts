/**
 * What differs between Go versions in the memory allocator and the garbage collector, and cannot be read off debug data. The one
 * file about the heap that compares version numbers.
 */

export interface HeapVersionFacts {
  /** Bytes of an object of each size class; class 0 is of objects that have a span of their own (src/runtime/sizeclasses.go). */
  readonly sizeClasses: readonly number[]
  /** What `runtime.gcphase` numbers (src/runtime/mgc.go). */
  readonly gcPhases: readonly GcPhase[]
  /** Whether memstats counts stacks as part of the heap (until Go 1.8: src/runtime/mstats.go, readmemstats_m). */
  readonly stacksAreHeap: boolean
  /** Whether spans have objects with and without pointers, so that their class is a size class (until Go 1.8). */
  readonly spansAreMixed: boolean
  /** Whether objects are counted by looking at all spans (until Go 1.8: src/runtime/mstats.go, updatememstats). */
  readonly countsAreInSpans: boolean
  /** `mspan.state` of one that holds objects (src/runtime/mheap.go, _MSpanInUse). */
  readonly spanInUse: number
  /** What the memory limit's goal stays below it, in percent (src/runtime/mgcpacer.go, memoryLimitHeapGoal). */
  readonly limitHeadroomPercent: bigint
}

/** What the garbage collector does: nothing but sweep, mark, or end a mark phase; scan is of Go 1.5, before it marked. */
export type GcPhase = 'off' | 'scan' | 'mark' | 'mark termination' | 'unused'

/** A class of 24 bytes came with Go 1.16; the others are the same since 1.8, which has another set than 1.5 to 1.7. */
const SINCE_16 = [
  0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
  512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
  5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760,
  24576, 27264, 28672, 32768,
]
const UNTIL_7 = [
  0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
  512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1664, 2048, 2304, 2560, 2816, 3072, 3328, 4096, 4608,
  5376, 6144, 6400, 6656, 6912, 8192, 8448, 8704, 9472, 10496, 12288, 13568, 14080, 16384, 16640, 17664, 20480, 21248,
  24576, 24832, 28416, 32768,
]
const UNTIL_15 = SINCE_16.filter((size) => size !== 24)

const PHASES: readonly GcPhase[] = ['off', 'mark', 'mark termination']
const PHASES_5: readonly GcPhase[] = ['off', 'unused', 'scan', 'mark', 'mark termination']

/** @param minor Go minor version (21 for Go 1.21); undefined, for a development version, is taken for the newest */
export function heapVersionFacts(minor: number | undefined): HeapVersionFacts {
  const version = minor ?? Number.POSITIVE_INFINITY
  return {
    sizeClasses: version <= 7 ? UNTIL_7 : version <= 15 ? UNTIL_15 : SINCE_16,
    gcPhases: version <= 5 ? PHASES_5 : PHASES,
    stacksAreHeap: version <= 8,
    spansAreMixed: version <= 8,
    countsAreInSpans: version <= 8,
    spanInUse: version <= 7 ? 0 : 1,
    limitHeadroomPercent: version <= 20 ? 0n : 3n,
  }
}

/** The first minor version that has a figure: of those that not all have. */
export const FIRST_MINOR = {
  numForcedGC: 8,
  memoryLimit: 19,
  gcCpuNs: 20,
  totalCpuNs: 20,
  pauseTimes: 16,
} as const satisfies Record<string, number>
