/** Program counters of a process to functions, files and lines; each distinct one is looked up once. */
import { displayName, type GoVersion, type PclnTable } from '@gospy/gosym'
import type { CodeAddress, Location } from './location.js'

/**
 * How a pc is to be read:
 * - `entry`: a function's first instruction;
 * - `created`: what `g.gopc` holds, the return address of a `go` statement. As in Go's "created by" line the function is the
 *   one that holds the code, even where the statement itself was inlined (runtime/traceback.go, printcreatedby1);
 * - `stopped`: the saved pc of a goroutine that does not run, a return address too. The function is the innermost one.
 */
type Reading = 'entry' | 'created' | 'stopped'

/** By pc; goroutines of a kind follow each other, so the last answer is often the next one too. */
class Indexes extends Map<number, number> {
  lastPc = Number.NaN
  lastIndex = -1
}

export class Symbolizer {
  readonly #table: PclnTable
  readonly #bias: number
  readonly #version: GoVersion | undefined
  readonly #codes: CodeAddress[] = []
  readonly #indexes: Record<Reading, Indexes> = { entry: new Indexes(), created: new Indexes(), stopped: new Indexes() }

  /**
   * @param bias what is added to link-time addresses in the process
   * @param version of the program: names are shown as this Go prints them
   */
  constructor(table: PclnTable, bias: number, version: GoVersion | undefined) {
    this.#table = table
    this.#bias = bias
    this.#version = version
  }

  /** All that was looked up; what the indexes point into. */
  get codeAddresses(): readonly CodeAddress[] {
    return this.#codes
  }

  /** Index of the code at `pc`, read as `reading` says. */
  index(pc: number, reading: Reading): number {
    const indexes = this.#indexes[reading]
    if (pc === indexes.lastPc) return indexes.lastIndex
    let index = indexes.get(pc)
    if (index === undefined) {
      index = this.#codes.push({ pc, location: this.#locate(pc - this.#bias, reading) }) - 1
      indexes.set(pc, index)
    }
    indexes.lastPc = pc
    indexes.lastIndex = index
    return index
  }

  #locate(pc: number, reading: Reading): Location | undefined {
    const table = this.#table
    const holder = table.functionAt(pc)
    if (holder === undefined) return undefined
    // The line is that of the call, which ends where it returns to. Only at a function's very first instruction nothing
    // was called (runtime/traceback.go, unwinder.symPC).
    const instruction = reading !== 'entry' && pc > holder.entry ? pc - 1 : pc
    const { file, line } = holder.location(instruction)
    const name = reading === 'stopped' ? holder.frames(instruction)[0]?.function : undefined
    return { function: displayName(name ?? holder.name, this.#version), file: file ?? null, line: line ?? null }
  }
}
