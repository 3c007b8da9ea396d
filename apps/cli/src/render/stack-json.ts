/** Stacks as the schema gospy.dump/1 has them, as objects and as bytes. */
import { Buffer } from 'node:buffer'
import type { Frame, Goroutine, Snapshot } from '@gospy/goruntime'
import { frameVariablesJson } from './frame-variables-json.js'
import { safeJson } from './text.js'

function frameJson({ function: name, file, line, pc }: Frame) {
  return { function: name, file, line, pc: `0x${pc.toString(16)}` }
}

function callJson(frame: Frame) {
  return { ...frameJson(frame), inlined: frame.inlined }
}

/** What is said of a goroutine's stack; of the frames the innermost `depth`. */
export function stackJson({ current, stack, stackError, variables }: Goroutine, depth = Number.POSITIVE_INFINITY) {
  const withVariables = (frame: Frame, index: number) => {
    const ofFrame = variables?.frames[index]
    return { ...callJson(frame), ...(ofFrame && frameVariablesJson(ofFrame)) }
  }
  return {
    current: current && frameJson(current),
    stack: stack?.frames.slice(0, depth).map(withVariables) ?? null,
    stackError,
    ...(variables && { localsTorn: variables.torn }),
  }
}

/** Bytes kept for stacks that several goroutines have. */
const MAX_KEPT = 64 << 20

/** The members of `stackJson`, without braces: made once for each distinct stack, from frames made once each. */
export class StackBytes {
  readonly #snapshot: Snapshot
  readonly #depth: number
  /** How many goroutines have each stack. */
  readonly #uses: Uint32Array
  readonly #kept: (Uint8Array | undefined)[] = []
  #keptBytes = 0
  readonly #frames = new Map<Frame, Uint8Array>()

  constructor(snapshot: Snapshot, depth = Number.POSITIVE_INFINITY) {
    const { columns, stacks } = snapshot.data
    this.#snapshot = snapshot
    this.#depth = depth
    this.#uses = new Uint32Array(stacks.length)
    for (const stack of columns.stack) if (stack >= 0) this.#uses[stack]!++
  }

  of(row: number): Uint8Array {
    const index = this.#snapshot.data.columns.stack[row]!
    if (index < 0) return NO_STACK
    const kept = this.#kept[index]
    if (kept !== undefined) return kept
    const bytes = this.#make(row)
    if (this.#uses[index]! > 1 && this.#keptBytes + bytes.length <= MAX_KEPT) {
      this.#kept[index] = bytes
      this.#keptBytes += bytes.length
    }
    return bytes
  }

  #make(row: number): Uint8Array {
    const goroutine = this.#snapshot.at(row)
    const { current, stack, stackError } = goroutine
    if (stack === null) return Buffer.from(members(stackJson(goroutine)))
    const parts: Uint8Array[] = [Buffer.from(`${members({ current: current && frameJson(current) })},"stack":[`)]
    const length = Math.min(stack.frames.length, this.#depth)
    for (let index = 0; index < length; index++) {
      if (index > 0) parts.push(COMMA)
      parts.push(this.#frame(stack.frames[index]!))
    }
    parts.push(Buffer.from(`],${members({ stackError })}`))
    return Buffer.concat(parts)
  }

  #frame(frame: Frame): Uint8Array {
    let bytes = this.#frames.get(frame)
    if (bytes === undefined) {
      bytes = Buffer.from(safeJson(JSON.stringify(callJson(frame))))
      this.#frames.set(frame, bytes)
    }
    return bytes
  }
}

const NO_STACK = Buffer.from('"current":null,"stack":null,"stackError":null')
const COMMA = Buffer.from(',')

/** The members of an object as JSON, without its braces. */
export function members(object: object): string {
  return safeJson(JSON.stringify(object)).slice(1, -1)
}
