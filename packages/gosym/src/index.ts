export {
  type BuildInfo,
  type BuildInfoOptions,
  type FindBuildInfoOptions,
  findBuildInfo,
  parseBuildInfo,
} from './build-info.js'
export { findPclntab } from './find-pclntab.js'
export { funcIDName } from './func-id-versions.js'
export { FuncFlag, type GoFunction, type LineRange } from './go-function.js'
export { compareGoVersions, type GoVersion, isAtLeast, parseGoVersion } from './go-version.js'
export type { SourceFrame } from './inline-tree.js'
export { type GoModule, type ModuleInfo, moduleInfoText, parseModuleInfo } from './module-info.js'
export { type PclnLookup, PclnTable, type PclnTableOptions } from './pclntab.js'
export type { ReadAddress } from './pclntab-data.js'
export type { PclntabVersion } from './pclntab-versions.js'
export { displayName, parseSymbolName, type SymbolName } from './symbol-name.js'
