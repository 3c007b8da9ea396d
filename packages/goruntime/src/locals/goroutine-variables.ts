/** The variables of chosen goroutines, read together with their copies. */
import { type GoroutineCopy, TORN, UNREADABLE } from '../goroutine-copy.js'
import { isDead, statusOf } from '../goroutine-status.js'
import type { SnapshotSource } from '../snapshot-source.js'
import type { GoroutineStacks } from '../unwind/goroutine-stacks.js'
import type { GoroutineVariables } from './frame-variables.js'
import type { LocalsSource } from './locals-source.js'
import { type LocalsOptions, readVariables } from './read-variables.js'

/** How often the variables of a goroutine are read that runs on meanwhile. */
const LOOKS = 3

/** Where variables are read from. */
interface Target {
  readonly source: SnapshotSource
  readonly locals: LocalsSource
  readonly copy: GoroutineCopy
  readonly stacks: GoroutineStacks
}

/**
 * @param again copies a row anew, where the process runs; undefined where it stands still
 * @returns by row of the copy
 */
export function goroutineVariables(
  target: Target,
  options: LocalsOptions,
  again: ((row: number) => void) | undefined,
): Map<number, GoroutineVariables> {
  const variables = new Map<number, GoroutineVariables>()
  for (const row of rowsOf(target.copy, options.goroutines)) {
    const read = again === undefined ? readOnce(target, row, options, false) : readStable(target, row, options, again)
    if (read.frames.length > 0 && target.copy.states[row] !== TORN) variables.set(row, read)
  }
  return variables
}

/** Between two looks at the goroutine that are the same. */
function readStable(
  target: Target,
  row: number,
  options: LocalsOptions,
  again: (row: number) => void,
): GoroutineVariables {
  const { copy, stacks } = target
  for (let look = 1; ; look++) {
    const read = readOnce(target, row, options, true)
    // Its stack is right where its own words were the same before and behind.
    if (copy.isSame(row) && stacks.isSameStack(row) && copy.isSame(row)) return read
    if (look === LOOKS) return { ...read, torn: true }
    again(row)
  }
}

function readOnce(
  { source: { memory }, locals, stacks }: Target,
  row: number,
  options: LocalsOptions,
  isLive: boolean,
): GoroutineVariables {
  return { frames: readVariables(locals, memory, stacks.frames(row), isLive, options), torn: false }
}

/** Rows of goroutines that live. */
function rowsOf({ plan, words, states }: GoroutineCopy, ids: readonly number[]): number[] {
  const wanted = new Set(ids)
  const goid = plan.requiredReader('goid')
  const status = plan.requiredReader('atomicstatus')
  const rows: number[] = []
  for (let row = 0; row < states.length; row++) {
    const first = row * plan.width
    if (states[row] !== UNREADABLE && wanted.has(goid(words, first)) && !isDead(statusOf(status(words, first))))
      rows.push(row)
  }
  return rows
}
