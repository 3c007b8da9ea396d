/** Program counters of a process to functions, files and lines; each distinct one is looked up once. */
import { type FunctionTable, shownName } from './function-table.js'
import type { CodeAddress } from './location.js'
import { TableFaults } from './table-faults.js'

/**
 * How a pc is to be read:
 * - `entry`: a function's first instruction;
 * - `created`: what `g.gopc` holds, the return address of a `go` statement. As in Go's "created by" line the function is the
 *   one that holds the code, even where the statement itself was inlined (runtime/traceback.go, printcreatedby1).
 */
type Reading = 'entry' | 'created'

/** By pc; goroutines of a kind follow each other, so the last answer is often the next one too. */
class Indexes extends Map<number, number> {
  lastPc = Number.NaN
  lastIndex = -1
}

export class Symbolizer {
  readonly #functions: FunctionTable
  readonly #faults = new TableFaults()
  #codes: CodeAddress[] = []
  readonly #indexes: Record<Reading, Indexes> = { entry: new Indexes(), created: new Indexes() }

  constructor(functions: FunctionTable) {
    this.#functions = functions
  }

  /** All that was looked up; what the indexes point into. */
  get codeAddresses(): readonly CodeAddress[] {
    return this.#codes
  }

  /** Where the function table contradicts itself, and what is therefore not shown: for people. */
  get faults(): readonly string[] {
    return this.#faults.texts
  }

  /** Forgets all code but some of it. @param kept which has its index in this list from now on */
  renumber(kept: readonly CodeAddress[]): void {
    const numbers = new Map(kept.map((code, index) => [code, index]))
    for (const indexes of Object.values(this.#indexes)) {
      for (const [pc, before] of indexes) {
        const index = numbers.get(this.#codes[before]!)
        if (index === undefined) indexes.delete(pc)
        else indexes.set(pc, index)
      }
      indexes.lastPc = Number.NaN
    }
    this.#codes = [...kept]
  }

  /** Index of the code at `pc`, read as `reading` says. */
  index(pc: number, reading: Reading): number {
    const indexes = this.#indexes[reading]
    if (pc === indexes.lastPc) return indexes.lastIndex
    let index = indexes.get(pc)
    if (index === undefined) {
      index = this.#codes.push({ pc, ...this.#locate(pc, reading) }) - 1
      indexes.set(pc, index)
    }
    indexes.lastPc = pc
    indexes.lastIndex = index
    return index
  }

  #locate(pc: number, reading: Reading): Pick<CodeAddress, 'entry' | 'location'> {
    const { table, bias, version } = this.#functions
    const where = `0x${pc.toString(16)}`
    const found = this.#faults.orUndefined(`the function at ${where} is not known`, () => {
      const holder = table.functionAt(pc - bias)
      return holder && { holder, name: shownName(holder.name, version) }
    })
    if (found === undefined) return { entry: undefined, location: undefined }
    const { holder, name } = found
    const entry = holder.entry + bias
    // The line is that of the go statement, which ends where it returns to.
    const instruction = reading === 'created' && pc > entry ? pc - 1 : pc
    const place = this.#faults.orUndefined(`the line at ${where} is not known`, () =>
      holder.location(instruction - bias),
    )
    return { entry, location: { function: name, file: place?.file ?? null, line: place?.line ?? null } }
  }
}
