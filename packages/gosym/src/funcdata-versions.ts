/**
 * Which pcdata and funcdata table has which number, by Go version.
 * Sources: runtime/funcdata.h, Go 1.2 to 1.27; internal/abi/symtab.go since Go 1.21.
 */
import { type GoVersion, isAtLeast } from './go-version.js'
import type { PclntabVersion } from './pclntab-versions.js'

/** A value for each pc of a function, without Go's prefix `PCDATA_`. */
export type PcdataName =
  | 'ArgSize'
  | 'StackMapIndex'
  | 'InlTreeIndex'
  | 'RegMapIndex'
  | 'UnsafePoint'
  | 'ArgLiveIndex'
  | 'PanicBounds'

/** A table of a function, without Go's prefix `FUNCDATA_`. */
export type FuncdataName =
  | 'GCArgs'
  | 'GCLocals'
  | 'ArgsPointerMaps'
  | 'LocalsPointerMaps'
  | 'DeadValueMaps'
  | 'RegPointerMaps'
  | 'StackObjects'
  | 'InlTree'
  | 'OpenCodedDeferInfo'
  | 'ArgInfo'
  | 'ArgLiveInfo'
  | 'WrapInfo'

/** Names in the order of their numbers; undefined where a number has none. */
export interface FuncdataNames {
  readonly minor: number
  readonly pcdata: readonly PcdataName[]
  readonly funcdata: readonly (FuncdataName | undefined)[]
}

const MAPS = ['ArgsPointerMaps', 'LocalsPointerMaps'] as const
const PCDATA_1_16 = ['UnsafePoint', 'StackMapIndex', 'InlTreeIndex'] as const
const FUNCDATA_1_16 = [...MAPS, 'StackObjects', 'InlTree', 'OpenCodedDeferInfo'] as const
const FUNCDATA_1_18 = [...FUNCDATA_1_16, 'ArgInfo', 'ArgLiveInfo', 'WrapInfo'] as const
const PCDATA_1_13 = ['RegMapIndex', 'StackMapIndex', 'InlTreeIndex'] as const

/** From the newest; each holds for its Go 1.x and all newer ones up to the entry before it. */
const NAMES: readonly FuncdataNames[] = [
  { minor: 26, pcdata: [...PCDATA_1_16, 'ArgLiveIndex', 'PanicBounds'], funcdata: FUNCDATA_1_18 },
  { minor: 18, pcdata: [...PCDATA_1_16, 'ArgLiveIndex'], funcdata: FUNCDATA_1_18 },
  { minor: 17, pcdata: PCDATA_1_16, funcdata: [...FUNCDATA_1_16, 'ArgInfo'] },
  { minor: 16, pcdata: PCDATA_1_16, funcdata: FUNCDATA_1_16 },
  {
    minor: 14,
    pcdata: PCDATA_1_13,
    funcdata: [...MAPS, 'RegPointerMaps', 'StackObjects', 'InlTree', 'OpenCodedDeferInfo'],
  },
  { minor: 13, pcdata: PCDATA_1_13, funcdata: [...MAPS, 'RegPointerMaps', 'StackObjects', 'InlTree'] },
  {
    minor: 12,
    pcdata: ['StackMapIndex', 'InlTreeIndex', 'RegMapIndex'],
    funcdata: [...MAPS, 'InlTree', 'RegPointerMaps', 'StackObjects'],
  },
  {
    minor: 11,
    pcdata: ['StackMapIndex', 'InlTreeIndex', 'RegMapIndex'],
    funcdata: [...MAPS, 'InlTree', 'RegPointerMaps'],
  },
  { minor: 9, pcdata: ['StackMapIndex', 'InlTreeIndex'], funcdata: [...MAPS, 'InlTree'] },
  { minor: 6, pcdata: ['StackMapIndex'], funcdata: MAPS },
  { minor: 4, pcdata: ['StackMapIndex'], funcdata: [...MAPS, 'DeadValueMaps'] },
  {
    minor: 3,
    pcdata: ['ArgSize', 'StackMapIndex'],
    funcdata: [undefined, undefined, ...MAPS, 'DeadValueMaps'],
  },
  { minor: 2, pcdata: ['ArgSize'], funcdata: ['GCArgs', 'GCLocals'] },
]

/** The oldest Go of each format but the first, in which the numbers changed too often. */
const FORMAT_MINOR: Readonly<Record<PclntabVersion, number | undefined>> = {
  '1.2': undefined,
  '1.16': 17,
  '1.18': 18,
  // What Go 1.26 added is in no older table.
  '1.20': 26,
}

/** The names of a table's numbers; undefined where it takes a Go version that is not known. */
export function funcdataNames(format: PclntabVersion, version: GoVersion | undefined): FuncdataNames | undefined {
  const minor = FORMAT_MINOR[format]
  return NAMES.find((names) => (version === undefined ? names.minor === minor : isAtLeast(version, 1, names.minor)))
}

/** How stack objects are described (runtime/stack.go, stackObjectRecord): nothing before Go 1.12. */
export type StackObjectFormat = 'type' | 'mask pointer' | 'mask offset'

/** How deferred calls that the compiler put at the end of a function are described (cmd/compile, emitOpenDeferInfo). */
export type OpenDeferFormat = 'calls' | 'closures' | 'slots'

/** Undefined where there are none, or it takes a Go version that is not known. */
export function stackObjectFormat(
  format: PclntabVersion,
  version: GoVersion | undefined,
): StackObjectFormat | undefined {
  if (format === '1.18' || format === '1.20') return 'mask offset'
  if (version === undefined || !isAtLeast(version, 1, 12)) return undefined
  return isAtLeast(version, 1, 17) ? 'mask pointer' : 'type'
}

/** Likewise. */
export function openDeferFormat(format: PclntabVersion, version: GoVersion | undefined): OpenDeferFormat | undefined {
  if (format === '1.18') return 'closures'
  if (format === '1.16') return 'calls'
  if (version === undefined || !isAtLeast(version, 1, 14)) return undefined
  if (isAtLeast(version, 1, 22)) return 'slots'
  return isAtLeast(version, 1, 18) ? 'closures' : 'calls'
}

/** What UnsafePoint says (internal/abi/symtab.go, UnsafePointSafe and the following). */
export const UNSAFE_POINT: Readonly<Record<number, UnsafePoint>> = {
  [-1]: 'safe',
  [-2]: 'unsafe',
  [-3]: 'restart 1',
  [-4]: 'restart 2',
  [-5]: 'restart at entry',
}

/**
 * Whether a goroutine may be preempted at an instruction by a signal: `unsafe` is not; `restart 1` and `restart 2`, which take
 * turns, only by starting the instructions of the same kind anew, `restart at entry` the function.
 */
export type UnsafePoint = 'safe' | 'unsafe' | 'restart 1' | 'restart 2' | 'restart at entry'
