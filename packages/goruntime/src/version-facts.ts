/**
 * What differs between Go versions and cannot be read off a binary's debug data. The one place that compares version
 * numbers; everything else takes the answer as data.
 */

export interface LabelsForm {
  /** A map[string]string until Go 1.23; a sorted list of pairs since 1.24 (src/runtime/pprof/label.go). */
  readonly container: 'map' | 'list'
  /** tophash values below this mark an empty or evacuated slot of a map's bucket (src/runtime/map.go, minTopHash). */
  readonly minTopHash: number
}

export interface VersionFacts {
  readonly labels: LabelsForm
  /**
   * The functions whose goroutines are the runtime's own, besides those that run finalizers and cleanups: a few until Go
   * 1.10, since then all of package runtime but a few (src/runtime/traceback.go, isSystemGoroutine).
   */
  readonly systemFunctions: ReadonlySet<string> | 'package runtime'
  /**
   * The functions of package runtime at which stacks end, without the package's name: since Go 1.17 they are marked in the
   * function table (src/runtime/traceback.go, topofstack).
   */
  readonly topFrames: ReadonlySet<string> | 'marked'
  /**
   * How functions are told that the compiler made to call others, which Go hides in tracebacks: not at all until Go 1.9, then by
   * their file, since 1.12 by their function id (src/runtime/traceback.go, elideWrapperCalling).
   */
  readonly wrappers: 'shown' | 'by file' | 'by funcID'
  /**
   * Whether the function table holds addresses: until Go 1.17 those of inline trees, until Go 1.15 also those of functions. In a
   * position-independent program that another linker made they are right only in memory (see docs/go-runtime.md).
   */
  readonly tableHasAddresses: boolean
  /**
   * Whether a `g.waitsince` that is the same twice, and not 0, tells that the goroutine did not run in between. Until Go 1.7 the
   * garbage collector could look at a stack twice in a cycle, and note the same time again (src/runtime/mgc.go).
   */
  readonly waitsinceProvesRest: boolean
  /** Whether a bit of sync.Mutex says that a goroutine has waited too long, below the number of those that wait: since Go 1.9. */
  readonly mutexMayStarve: boolean
  /** Whether the debug data say of each type where its descriptor lies (DW_AT_go_runtime_type): since Go 1.11. */
  readonly debugDataHaveDescriptors: boolean
  /** Whether `g.trackingSeq` counts system calls: until Go 1.25 (src/runtime/proc.go, entersyscall and casgstatus). */
  readonly countsSyscalls: boolean
  /** Whether there are coroutines, which are switched without being counted (src/runtime/coro.go, Go 1.23). */
  readonly hasCoroutines: boolean
  /** How the length of a type's name is written in its descriptor: in two bytes until Go 1.16 (src/runtime/type.go, name.nameLen). */
  readonly typeNameLength: 'two bytes' | 'varint'
  /** Whether debug data say where variables of optimized code are from instruction to instruction (Go 1.11). */
  readonly hasLocationLists: boolean
  /** Whether those may name a part of a variable twice (Go 1.16 to 1.21). */
  readonly repeatsPieces: boolean
  /** Whether arguments are passed in registers: since Go 1.17, on arm64 since 1.18 (src/cmd/compile/abi-internal.md). */
  readonly passesInRegisters: boolean
}

const TOP_FRAMES_UNTIL_16 = new Set(['goexit', 'mstart', 'mcall', 'morestack', 'rt0_go'])

const SYSTEM_FUNCTIONS_UNTIL_10 = new Set([
  'runtime.backgroundgc',
  'runtime.bgsweep',
  'runtime.forcegchelper',
  'runtime.gcBgMarkWorker',
  'runtime.timerproc',
])

/** @param minor Go minor version (21 for Go 1.21); undefined, for a development version, is taken for the newest */
export function versionFacts(minor: number | undefined): VersionFacts {
  const version = minor ?? Number.POSITIVE_INFINITY
  return {
    systemFunctions: version <= 10 ? SYSTEM_FUNCTIONS_UNTIL_10 : 'package runtime',
    topFrames: version <= 16 ? TOP_FRAMES_UNTIL_16 : 'marked',
    wrappers: version <= 9 ? 'shown' : version <= 11 ? 'by file' : 'by funcID',
    tableHasAddresses: version <= 17,
    waitsinceProvesRest: version >= 8,
    mutexMayStarve: version >= 9,
    debugDataHaveDescriptors: version >= 11,
    countsSyscalls: version <= 25,
    hasCoroutines: version >= 23,
    typeNameLength: version <= 16 ? 'two bytes' : 'varint',
    hasLocationLists: version >= 11,
    repeatsPieces: version >= 16 && version <= 21,
    passesInRegisters: version >= 17,
    labels: { container: version <= 23 ? 'map' : 'list', minTopHash: version <= 11 ? 4 : 5 },
  }
}
