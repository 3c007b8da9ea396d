/**
 * Whether a variable with one place for all of its function has been set where a frame stands. Debug data say where it is, and not from
 * when on: before, whatever was on the stack is there. What can be told is whether code of the line that declares it lies before.
 */
import type { PhysicalFrame } from '../unwind/physical-frames.js'

/** Stretches of code with one line. */
interface Lines {
  readonly start: number
  readonly file: string | undefined
  readonly line: number | undefined
}

export class SetSoFar {
  readonly #frame: PhysicalFrame
  readonly #instruction: number
  #lines: readonly Lines[] | undefined
  #hasBegun: boolean | undefined

  /** @param tableBias what is added to addresses of the function table in the process */
  constructor(frame: PhysicalFrame, tableBias: number) {
    this.#frame = frame
    this.#instruction = frame.instruction - tableBias
  }

  /**
   * Whether the function has made room for its variables. It has not at its first instruction, nor while it waits there for a larger
   * stack, for which the code is at its end (cmd/internal/obj/x86/obj6.go, stacksplit).
   */
  get hasBegun(): boolean {
    this.#hasBegun ??= this.#findHasBegun()
    return this.#hasBegun
  }

  #findHasBegun(): boolean {
    const { code, instruction } = this.#frame
    if (instruction === code.entry) return false
    if (code.spDelta !== 0) return true
    for (const { value } of code.func.spDeltaRanges()) if (value !== 0) return false
    return true
  }

  /** Whether code of that line lies before the place where the frame stands. */
  isBehind(file: string | null, line: number): boolean {
    this.#lines ??= [...this.#frame.code.func.lineRanges()]
    return this.#lines.some(
      (range) => range.start < this.#instruction && range.line === line && (file === null || range.file === file),
    )
  }
}
