/** Which frames of a stack are shown to people, and which stacks look the same to them. */
import { type Frame, type Goroutine, type Snapshot, type Stack, tracebackFrames } from '@gospy/goruntime'
import type { ProgramCode } from './program-code.js'

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
 * Numbers stacks so that those have the same number of which people see the same: the same calls at the same lines, from
 * whatever instructions, and as incomplete for the same reason.
 */
export class StackLooks {
  readonly #snapshot: Snapshot
  readonly #choice: FrameChoice
  readonly #program: ProgramCode
  readonly #byStack: Int32Array
  readonly #byLook = new Map<string, number>()
  readonly #frameNumbers = new Map<Frame, number>()
  readonly #texts = new Map<string, number>()

  constructor(snapshot: Snapshot, choice: FrameChoice, program: ProgramCode) {
    this.#snapshot = snapshot
    this.#choice = choice
    this.#program = program
    this.#byStack = new Int32Array(snapshot.data.stacks.length).fill(-1)
  }

  /** The number of a goroutine's stack; -1 where none is known. */
  of(row: number): number {
    const { columns, stacks } = this.#snapshot.data
    const index = columns.stack[row]!
    if (index < 0) return -1
    let look = this.#byStack[index]!
    if (look < 0) {
      look = this.#number(stacks[index]!, this.#snapshot.at(row))
      this.#byStack[index] = look
    }
    return look
  }

  #number(stack: Stack, goroutine: Goroutine): number {
    const { frames, more } = shownFrames(stack, this.#choice)
    const interesting = this.#program.interesting(goroutine)
    const key = [
      ...frames.map((frame) => this.#frameNumber(frame)),
      more > 0,
      interesting && this.#frameNumber(interesting),
      stack.incomplete,
    ].join()
    let look = this.#byLook.get(key)
    if (look === undefined) {
      look = this.#byLook.size
      this.#byLook.set(key, look)
    }
    return look
  }

  #frameNumber(frame: Frame): number {
    let number = this.#frameNumbers.get(frame)
    if (number === undefined) {
      const text = `${frame.function}\0${frame.file}\0${frame.line}`
      number = this.#texts.get(text) ?? this.#texts.size
      this.#texts.set(text, number)
      this.#frameNumbers.set(frame, number)
    }
    return number
  }
}
