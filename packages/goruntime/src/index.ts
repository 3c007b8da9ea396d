export { AllgsError } from './allgs.js'
export { type DebugData, GoBinary, type GoVersionFound, type PclnTablePlace } from './go-binary.js'
export { type AttachOptions, GoProcess } from './go-process.js'
export { GOROUTINE_STATUSES, type GoroutineStatus } from './goroutine-status.js'
export type { GcPause } from './heap/gc-pauses.js'
export type { GcState, HeapSnapshot, MemStatsFigures, PCache, SizeClass } from './heap/heap-snapshot.js'
export type { MemStatsWords } from './heap/mem-stats.js'
export type { SpanClass } from './heap/span-classes.js'
export type { HeapOptions } from './heap/take-heap-snapshot.js'
export type { GcPhase } from './heap/versions.js'
export type { Labels } from './labels.js'
export type { FrameVariable, FrameVariables, GoroutineVariables } from './locals/frame-variables.js'
export type { LocalsOptions } from './locals/read-variables.js'
export type { CodeAddress, Location } from './location.js'
export type { RuntimeData, StructFinding } from './runtime-data.js'
export type { FieldLayout, RuntimeLayout, StructLayout, VariableLayout } from './runtime-layout.js'
export { type QueuedGoroutine, QueueWatch } from './sched/queue-watch.js'
export type {
  Machine,
  Processor,
  ProcessorStatus,
  Scheduler,
  SchedulerGoroutine,
  StopTheWorld,
} from './sched/scheduler.js'
export { PROCESSOR_STATUSES } from './sched/scheduler.js'
export type { SchedulerOptions } from './sched/take-scheduler.js'
export { durationAt, histogramBetween, type TimeHistogram, totalOf } from './sched/time-histogram.js'
export {
  FLAG_LOCKED_TO_THREAD,
  FLAG_SYSTEM,
  FLAG_TORN,
  Goroutine,
  type GoroutineColumns,
  Snapshot,
  type SnapshotData,
} from './snapshot.js'
export { type SnapshotOptions, SnapshotSeries } from './snapshot-series.js'
export type { Frame, Stack } from './stack.js'
export { packedError, TargetError, type TargetErrorCode } from './target-error.js'
export { isHiddenWrapper, isShownByName, tracebackFrames } from './traceback.js'
export type { GoKind } from './values/go-kind.js'
export { isPattern } from './values/name-pattern.js'
export type {
  PackageVariables,
  ReadVariablesOptions,
  VariableAnswer,
  VariableDescription,
  VariableReading,
} from './values/package-variables.js'
export {
  DEFAULT_DEPTH,
  DEFAULT_MAX_ITEMS,
  DEFAULT_MAX_STRING,
  DEFAULT_MAX_VALUES,
  type ReadOptions,
} from './values/value-reader.js'
export type { ChildNode, ComplexNumber, LeftOut, ValueNode } from './values/value-tree.js'
export type { VariableFinding } from './variables/find-variables.js'
