/** The frames of one stack with their places on it: what variables are counted from. */
import type { ThreadRegisters } from '../snapshot-source.js'
import type { Frame } from '../stack.js'
import type { Code, CodeTable } from './code-table.js'
import type { RunningStack } from './running-goroutines.js'
import type { StackNode } from './stack-tree.js'

/** The frame of a function on the stack, which the calls share that were inlined into it. */
export interface PhysicalFrame {
  /** Where its code goes on. */
  readonly code: Code
  /** Address of the instruction that it stands at: of the call that it made, or where it was interrupted. */
  readonly instruction: number
  /** Whether it was stopped at this very instruction, and made no call. */
  readonly interrupted: boolean
  /** Its canonical frame address: the stack pointer of its caller. */
  readonly cfa: number
  /** What its registers hold; undefined where nobody knows it any more. */
  readonly registers: ThreadRegisters | undefined
  /** The calls that were inlined, then its own. */
  readonly calls: readonly Frame[]
}

/** @param savedSp where the goroutine's own stack goes on behind frames on its thread's stack (`g.sched`) */
export function physicalFrames(
  codes: CodeTable,
  { end: { outermost }, sp, system, registers }: RunningStack,
  savedSp: number,
): PhysicalFrame[] {
  const nodes: StackNode[] = []
  for (let node: StackNode | null = outermost; node !== null; node = node.inner) nodes.push(node)
  nodes.reverse()
  const [innermost] = nodes
  // What the thread did on its own stack was not for the goroutine: the frames are those that it was parked with.
  const isRestarted = system && innermost?.system === false
  let base = isRestarted ? savedSp : sp
  return nodes.map((node, index) => {
    if (node.jump !== 'none') base = savedSp
    const { code, interrupted } = node
    const instruction = !interrupted && code.pc > code.entry ? code.pc - 1 : code.pc
    return {
      code,
      instruction,
      interrupted,
      cfa: base + node.callerSp,
      registers: index === 0 && interrupted && !isRestarted ? registers : undefined,
      calls: codes.calls(code, interrupted).frames,
    }
  })
}
