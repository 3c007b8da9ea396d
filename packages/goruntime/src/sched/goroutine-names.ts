/** Goroutines that the scheduler's data point at: copied while the process may stand still, named afterwards. */
import type { MemoryReader } from '@gospy/bytes'
import type { FurtherField } from '../further/contract.js'
import { StructView } from '../further/struct-view.js'
import { GOROUTINE_STATUSES, STATUS, statusOf } from '../goroutine-status.js'
import type { GField } from '../runtime-contract.js'
import type { StructLayout } from '../runtime-layout.js'
import type { SchedulerGoroutine } from './scheduler.js'

export type SchedGField = Extract<GField, 'goid' | 'atomicstatus' | 'startpc'> | FurtherField<'schedG'>

/** As much of a runtime.g as is told of it here. */
export interface GoroutineWords {
  readonly goid: number
  readonly status: number
  readonly startpc: number
  /** The next one in the list that it is in. */
  readonly schedlink: number
}

/** Undefined for nil, and for what cannot be read. */
export function readGoroutine(
  memory: MemoryReader,
  address: number,
  layout: StructLayout<SchedGField>,
): GoroutineWords | undefined {
  const view = StructView.read(memory, address, layout)
  const goid = view?.number('goid')
  if (view === undefined || goid === undefined || goid === null) return undefined
  return {
    goid,
    status: statusOf(view.number('atomicstatus') ?? STATUS.unknown),
    startpc: view.pointer('startpc'),
    schedlink: view.pointer('schedlink'),
  }
}

/** @param functionName the name of the function at an address of the process */
export function nameGoroutine(words: GoroutineWords, functionName: (pc: number) => string | null): SchedulerGoroutine {
  return {
    id: words.goid,
    status: GOROUTINE_STATUSES[words.status] ?? 'unknown',
    startFunction: functionName(words.startpc),
  }
}
