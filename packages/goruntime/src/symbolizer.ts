/** Program counters of a process to functions, files and lines; each distinct one is looked up once. */
import { displayName } from '@gospy/gosym'
import type { FunctionTable } from './function-table.js'
import type { CodeAddress } from './location.js'

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
  readonly #codes: CodeAddress[] = []
  readonly #indexes: Record<Reading, Indexes> = { entry: new Indexes(), created: new Indexes() }

  constructor(functions: FunctionTable) {
    this.#functions = functions
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
      index = this.#codes.push({ pc, ...this.#locate(pc, reading) }) - 1
      indexes.set(pc, index)
    }
    indexes.lastPc = pc
    indexes.lastIndex = index
    return index
  }

  #locate(pc: number, reading: Reading): Pick<CodeAddress, 'entry' | 'location'> {
    const { table, bias, version } = this.#functions
    const holder = table.functionAt(pc - bias)
    if (holder === undefined) return { entry: undefined, location: undefined }
    const entry = holder.entry + bias
    // The line is that of the go statement, which ends where it returns to.
    const instruction = reading === 'created' && pc > entry ? pc - 1 : pc
    const { file, line } = holder.location(instruction - bias)
    return {
      entry,
      location: { function: displayName(holder.name, version), file: file ?? null, line: line ?? null },
    }
  }
}
