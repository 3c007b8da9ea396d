export type { CpuLimit, CpuLimits } from './cgroup/cpu-limits.js'
export { NATIVE_ADAPTERS, type NativeAdapterName } from './native/native-calls.js'
export { type AdviceOptions, permissionAdvice } from './permission/permission-advice.js'
export { AT, type AuxiliaryVector, type AuxiliaryVectorName, parseAuxv } from './proc/auxv.js'
export { type MemoryMap, parseMaps } from './proc/maps.js'
export { NAMESPACE_KINDS, type NamespaceKind, type Namespaces } from './proc/namespaces.js'
export { listProcesses } from './proc/process-list.js'
export type { ThreadState } from './proc/stat.js'
export type { ProcessStatus } from './proc/status.js'
export {
  DEFAULT_PAUSE_BUDGET_MS,
  type MemoryMethod,
  type OpenProcessOptions,
  openProcess,
  type PauseOptions,
  type Process,
} from './process.js'
export { ProcessError, type ProcessErrorCode, type ProcessErrorDetails } from './process-error.js'
export type { Pause } from './ptrace/pause.js'
export type { Registers } from './ptrace/registers.js'
export type { VectorRegisters } from './ptrace/vector-registers.js'
