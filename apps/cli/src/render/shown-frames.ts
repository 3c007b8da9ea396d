/** Which frames of a stack are shown to people, and which stacks look the same to them. */
import { type Frame, type Snapshot, type Stack, tracebackFrames } from '@gospy/goruntime'
import { frameRows } from './frame-lines.js'
import { placeOfFrame } from './place.js'

export interface FrameChoice {
  /** The innermost so many; all without it. */
  readonly depth: number | undefined
  /** The runtime's own frames too. */
  readonly system: boolean
}

export interface ShownFrames {
  readonly frames: readonly Frame[]
  /** How many more there would be but for the depth asked for. */
  readonly more: number
}

export function shownFrames(stack: Stack, { depth, system }: FrameChoice): ShownFrames {
  const all = system ? stack.frames : tracebackFrames(stack)
  if (depth === undefined || all.length <= depth) return { frames: all, more: 0 }
  return { frames: all.slice(0, depth), more: all.length - depth }
}

/**
 * Numbers stacks so that those have the same number of which people see the same: the same lines, from whatever instructions,
 * the same place in the heading, and as incomplete for the same reason.
 */
export class StackLooks {
  readonly #snapshot: Snapshot
  readonly #choice: FrameChoice
  readonly #byStack: Int32Array
  readonly #byLook = new Map<string, number>()
  readonly #rows = new Map<string, number>()

  constructor(snapshot: Snapshot, choice: FrameChoice) {
    this.#snapshot = snapshot
    this.#choice = choice
    this.#byStack = new Int32Array(snapshot.data.stacks.length).fill(-1)
  }

  /** The number of a goroutine's stack; -1 where none is known. */
  of(row: number): number {
    const { columns, stacks } = this.#snapshot.data
    const index = columns.stack[row]!
    if (index < 0) return -1
    let look = this.#byStack[index]!
    if (look < 0) {
      look = this.#number(stacks[index]!)
      this.#byStack[index] = look
    }
    return look
  }

  #number(stack: Stack): number {
    const { frames, more } = shownFrames(stack, this.#choice)
    const current = stack.frames[stack.current] ?? null
    const { rows, marked } = frameRows(frames, current)
    const { name, line } = placeOfFrame(current)
    const numbers = [...rows, [name, line]].map((cells) => this.#rowNumber(cells.join('\0')))
    const key = [...numbers, marked, more > 0, stack.incomplete].join()
    let look = this.#byLook.get(key)
    if (look === undefined) {
      look = this.#byLook.size
      this.#byLook.set(key, look)
    }
    return look
  }

  #rowNumber(text: string): number {
    let number = this.#rows.get(text)
    if (number === undefined) {
      number = this.#rows.size
      this.#rows.set(text, number)
    }
    return number
  }
}
