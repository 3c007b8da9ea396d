export type { ArgumentPart } from './argument-info.js'
export {
  type BuildInfo,
  type BuildInfoOptions,
  type FindBuildInfoOptions,
  findBuildInfo,
  parseBuildInfo,
} from './build-info.js'
export type { LineRange, ValueRange } from './code-ranges.js'
export { findPclntab } from './find-pclntab.js'
export { FuncFlag } from './func-fields.js'
export { funcIDName } from './func-id-versions.js'
export type { FuncdataName, PcdataName, UnsafePoint } from './funcdata-versions.js'
export type { GoFunction } from './go-function.js'
export { findGoTables, type GoFileOptions, type GoRegionsOptions, type GoTables } from './go-tables.js'
export { compareGoVersions, type GoVersion, isAtLeast, parseGoVersion } from './go-version.js'
export type { InlinedCall, SourceFrame } from './inline-tree.js'
export type { MemoryRegion, PointerRelocation } from './memory-regions.js'
export type { AddressRange, AddressSlice, ModuleData } from './module-data.js'
export { formatModuleInfo, type GoModule, type ModuleInfo, moduleInfoText, parseModuleInfo } from './module-info.js'
export type { OpenDefer, OpenDefers } from './open-defers.js'
export { type LineCode, type PclnLookup, PclnTable, type PclnTableOptions } from './pclntab.js'
export type { ReadAddress } from './pclntab-data.js'
export type { PclntabVersion } from './pclntab-versions.js'
export type { PointerBitmap } from './pointer-bitmap.js'
export type { StackObject } from './stack-object.js'
export { displayName, parseSymbolName, type SymbolName } from './symbol-name.js'
export type { TextSection } from './text-sections.js'
export { type DataSegment, wasmMemory } from './wasm-memory.js'
