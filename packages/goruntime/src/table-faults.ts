/** Where the function table contradicts itself, and what is therefore not shown: for people. */
import { FormatError } from '@gospy/bytes'

/** More remarks would help nobody. */
const MOST_FAULTS = 5

export class TableFaults {
  readonly #texts = new Set<string>()

  get texts(): readonly string[] {
    return [...this.#texts]
  }

  /** What `read` gives; undefined, and a fault noted, where the function table contradicts itself. */
  orUndefined<T>(what: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      if (this.#texts.size < MOST_FAULTS) this.#texts.add(`${what}: ${error.message}`)
      return undefined
    }
  }
}
