/** The stack of each goroutine, by row, as the end of one in the tree. */
import { TORN } from '../goroutine-copy.js'
import type { Stack } from '../stack.js'
import type { StackEnd } from './stack-tree.js'

/** The stacks of some goroutines, each distinct one once. */
export interface DistinctStacks {
  readonly stacks: Stack[]
  /** For each goroutine the index of its own; -1 for none. */
  readonly ofRow: Int32Array
}

export class StackEnds {
  /** Undefined where there is none to know. */
  readonly #ofRow: (StackEnd | undefined)[] = []
  #look = 0

  /** Makes room for so many rows. */
  extend(count: number): void {
    while (this.#ofRow.length < count) this.#ofRow.push(undefined)
  }

  get(row: number): StackEnd | undefined {
    return this.#ofRow[row]
  }

  set(row: number, end: StackEnd | undefined): void {
    this.#ofRow[row] = end
  }

  /**
   * The stacks that some rows have, in the order in which they occur.
   * @param states of the copy, by row: what kept changing has no stack that could be trusted, but `torn`
   * @param make makes a stack of an end that has none yet
   */
  distinct(
    rows: Uint32Array,
    states: Uint8Array,
    torn: StackEnd,
    make?: (end: StackEnd) => Stack,
  ): DistinctStacks & { ends: StackEnd[] } {
    const look = ++this.#look
    const ends: StackEnd[] = []
    const stacks: Stack[] = []
    const ofRow = new Int32Array(rows.length)
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      const own = this.#ofRow[row]
      if (own === undefined) {
        ofRow[index] = -1
        continue
      }
      const end = states[row] === TORN ? torn : own
      if (end.look !== look) {
        end.look = look
        end.stack ??= make!(end)
        end.number = stacks.push(end.stack) - 1
        ends.push(end)
      }
      ofRow[index] = end.number
    }
    return { stacks, ofRow, ends }
  }
}
