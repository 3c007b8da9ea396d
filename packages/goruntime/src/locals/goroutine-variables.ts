/** The variables of chosen goroutines, read together with their copies. */
import { type GoroutineCopy, TORN, UNREADABLE } from '../goroutine-copy.js'
import { isDead, statusOf } from '../goroutine-status.js'
import type { GoroutineStacks } from '../unwind/goroutine-stacks.js'
import type { Look } from '../unwind/stack-reader.js'
import type { GoroutineVariables } from './frame-variables.js'
import type { LocalsSource } from './locals-source.js'
import { type LocalsOptions, readVariables } from './read-variables.js'

/** How often the variables of a goroutine are read that runs on meanwhile. */
const LOOKS = 3

/** Where variables are read from. */
interface Target {
  readonly look: Look
  readonly locals: LocalsSource
  readonly copy: GoroutineCopy
  readonly stacks: GoroutineStacks
}

/**
 * @param again copies a row once more, where the process runs
 * @returns by row of the copy
 */
export function goroutineVariables(
  target: Target,
  options: LocalsOptions,
  again: (row: number) => void,
): Map<number, GoroutineVariables> {
  const variables = new Map<number, GoroutineVariables>()
  for (const row of rowsOf(target.copy, options.goroutines)) {
    const read =
      target.look.stopped === undefined ? readStable(target, row, options, again) : readOnce(target, row, options).read
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
  const { copy } = target
  for (let look = 1; ; look++) {
    const { read, isSame } = readOnce(target, row, options)
    // Its stack is right where its own words were the same before and behind.
    if (copy.isSame(row) && isSame() && copy.isSame(row)) return read
    if (look === LOOKS) return { ...read, torn: true }
    again(row)
  }
}

/** @returns also whether the bytes of the stack are still the same */
function readOnce(
  { look, locals, copy, stacks }: Target,
  row: number,
  options: LocalsOptions,
): { read: GoroutineVariables; isSame: () => boolean } {
  const { frames, isSame } = stacks.frames(look, copy, row)
  const isLive = look.stopped === undefined
  return { read: { frames: readVariables(locals, look.source.memory, frames, isLive, options), torn: false }, isSame }
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
