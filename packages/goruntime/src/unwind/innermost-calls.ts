/** Where each goroutine was parked, from what `runtime.g` says by itself: what is shown where no stacks are read. */
import type { GoroutineCopy } from '../goroutine-copy.js'
import { TORN } from '../goroutine-copy.js'
import { isDead, STATUS, statusOf } from '../goroutine-status.js'
import { ProgramCode } from '../program-code.js'
import type { SnapshotSource } from '../snapshot-source.js'
import type { Stack } from '../stack.js'
import { CodeTable } from './code-table.js'
import type { DecodedStacks } from './decoded-stacks.js'

const NOT_READ = 'stacks were not read'
const RUNNING = 'it was running, and stacks were not read'
const TORN_PLACE = 'it kept changing while it was read'

/** Stacks of one call each, the one that the saved program counter is in; distinct ones once. */
export function innermostCalls(source: SnapshotSource, copy: GoroutineCopy, rows: Uint32Array): DecodedStacks {
  const { plan, words, states } = copy
  const codes = new CodeTable(source.functions, source.facts.wrappers, new ProgramCode(source.modules))
  const status = plan.requiredReader('atomicstatus')
  const savedPc = plan.requiredReader('schedPc')
  const syscallPc = plan.requiredReader('syscallPc')
  // Cleared when the system call is over, which the program counter is not.
  const syscallSp = plan.requiredReader('syscallSp')
  const stacks: Stack[] = []
  const unknown = new Map<string, number>()
  const ofPc = new Map<number, number>()

  const withoutCalls = (reason: string) => {
    let index = unknown.get(reason)
    if (index === undefined) {
      index = stacks.push({ frames: [], current: -1, incomplete: reason }) - 1
      unknown.set(reason, index)
    }
    return index
  }
  const at = (pc: number) => {
    const code = codes.at(pc)
    if (code === undefined) return withoutCalls(`it stands at 0x${pc.toString(16)}, which is in no Go function`)
    const { frames, place } = codes.calls(code, false)
    return stacks.push({ frames, current: place, incomplete: NOT_READ }) - 1
  }

  const ofRow = new Int32Array(rows.length).fill(-1)
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    const first = row * plan.width
    const now = statusOf(status(words, first))
    if (isDead(now)) continue
    if (states[row] === TORN) ofRow[index] = withoutCalls(TORN_PLACE)
    else if (now === STATUS.running) ofRow[index] = withoutCalls(RUNNING)
    else {
      const pc = syscallSp(words, first) !== 0 ? syscallPc(words, first) : savedPc(words, first)
      let stack = ofPc.get(pc)
      if (stack === undefined) {
        stack = at(pc)
        ofPc.set(pc, stack)
      }
      ofRow[index] = stack
    }
  }
  return { stacks, ofRow, faults: codes.faults }
}
