/** From a process's memory to a snapshot: copy the goroutines, follow their pointers, then decode. */
import { readExactly } from '@gospy/bytes'
import { readAllgs } from './allgs.js'
import { BudgetedMemory } from './budgeted-memory.js'
import { type Copied, decodeGoroutines } from './decode-goroutines.js'
import { Followed } from './followed.js'
import { GoroutineCopy } from './goroutine-copy.js'
import { WordPlan } from './goroutine-words.js'
import { goroutineVariables } from './locals/goroutine-variables.js'
import type { LocalsSource } from './locals/locals-source.js'
import type { LocalsOptions } from './locals/read-variables.js'
import type { RuntimeVariable } from './runtime-contract.js'
import { Snapshot } from './snapshot.js'
import type { SnapshotSource, StoppedProcess } from './snapshot-source.js'
import { FING_RUNNING_FINALIZER } from './system-goroutine.js'
import { GoroutineStacks } from './unwind/goroutine-stacks.js'

export interface SnapshotOptions {
  /** Stop all threads while memory is copied, for at most `budgetMs`. */
  pause?: { budgetMs?: number }
  /** List dead goroutines, which wait to be reused, as well. */
  dead?: boolean
  /**
   * Whether to read stacks; true unless said otherwise. Without them, which takes half the time, each goroutine that does not run
   * has one call: the one that it was parked in, mostly `runtime.gopark`.
   */
  stacks?: boolean
  /** Read the arguments and local variables of these goroutines' frames as well: `Goroutine.variables`. */
  variables?: LocalsOptions
}

/** @param locals where variables are read from; without it there are none */
export function takeSnapshot(source: SnapshotSource, options: SnapshotOptions = {}, locals?: LocalsSource): Snapshot {
  // Which debug data it takes shows when they are read: what is left to do while the process stands still is reading.
  if (locals !== undefined && options.pause !== undefined)
    copyMemory(source, new WordPlan(source.layout.g), options, locals)
  const takenAt = Date.now()
  const plan = new WordPlan(source.layout.g)
  const { copied, readMs, pausedMs } = options.pause
    ? copyPaused(source, plan, options, locals)
    : { ...copyMemory(source, plan, options, locals), pausedMs: null }
  return new Snapshot({
    mode: pausedMs === null ? 'live' : 'paused',
    takenAt,
    readMs,
    pausedMs,
    ...decodeGoroutines(source, copied, options.dead ?? false),
  })
}

function copyPaused(
  source: SnapshotSource,
  plan: WordPlan,
  options: SnapshotOptions,
  locals: LocalsSource | undefined,
) {
  const pause = source.pause(options.pause?.budgetMs)
  try {
    const memory = new BudgetedMemory(source.memory, pause, 'the goroutines')
    const copied = copyMemory({ ...source, memory }, plan, options, locals, pause)
    return { ...copied, pausedMs: pause.resume() }
  } finally {
    pause.resume()
  }
}

function address(source: SnapshotSource, name: RuntimeVariable): number | undefined {
  const variable = source.layout.variables[name]
  return variable && variable.address + source.bias
}

/** @param stopped the process, if it stands still */
function copyMemory(
  source: SnapshotSource,
  plan: WordPlan,
  options: SnapshotOptions,
  locals: LocalsSource | undefined,
  stopped?: StoppedProcess,
) {
  const { memory } = source
  // Before anything is read: what has waited until then has waited at least so long.
  const now = source.monotonicNow()
  const started = performance.now()
  const { addresses, implausible } = readAllgs(memory, address(source, 'allgs')!, address(source, 'allglen'))
  const followed = new Followed(source, plan, addresses.length)
  const stacks = options.stacks === false ? undefined : new GoroutineStacks(source, plan, addresses.length)
  const follow = (copy: GoroutineCopy, rows: Uint32Array) => {
    stacks?.copy(copy, rows, stopped)
    return followed.follow(copy, rows)
  }
  const confirm = stacks && ((copy: GoroutineCopy, rows: Uint32Array) => stacks.changed(copy, rows))
  const copy =
    stopped === undefined
      ? GoroutineCopy.ofRunning(memory, plan, addresses, follow, confirm)
      : GoroutineCopy.ofStopped(memory, plan, addresses, follow)
  const again = stopped === undefined ? (row: number) => copy.again(Uint32Array.of(row), follow, confirm) : undefined
  const variables =
    locals === undefined || stacks === undefined || options.variables === undefined
      ? new Map()
      : goroutineVariables({ source, locals, copy, stacks }, options.variables, again)
  const copied: Copied = {
    copy,
    implausible,
    followed,
    stacks,
    variables,
    finalizerRuns: readFinalizerRuns(source),
    now,
  }
  return { copied, readMs: performance.now() - started }
}

function readFinalizerRuns(source: SnapshotSource): boolean {
  const status = address(source, 'fingStatus')
  if (status !== undefined) return (readExactly(source.memory, status, 1)[0]! & FING_RUNNING_FINALIZER) !== 0
  const running = address(source, 'fingRunning')
  return running !== undefined && readExactly(source.memory, running, 1)[0] !== 0
}
