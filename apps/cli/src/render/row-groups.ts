/** Which rows of a snapshot are alike in everything but their id, their creator's id, how long they have waited, and their stack. */
import type { SnapshotData } from '@gospy/goruntime'

/** Numbers the groups from 0 in the order in which they are met. */
export class RowGroups {
  readonly #columns: readonly ArrayLike<number>[]
  /** Open addressing: group number + 1, 0 for a free slot. */
  #slots = new Uint32Array(1024)
  #lastGroup = -1
  /** A row of each group, for comparison. */
  readonly #sample: number[] = []

  constructor({ columns }: SnapshotData) {
    const { status, waitReason, flags, thread, labels, start, creator } = columns
    this.#columns = [status, waitReason, flags, thread, labels, start, creator]
  }

  of(row: number): number {
    // Goroutines of a kind follow each other.
    if (this.#lastGroup >= 0 && this.#same(this.#sample[this.#lastGroup]!, row)) return this.#lastGroup
    this.#lastGroup = this.#lookUp(row)
    return this.#lastGroup
  }

  #lookUp(row: number): number {
    if (this.#sample.length * 2 >= this.#slots.length) this.#grow()
    const slot = this.#find(row)
    const group = this.#slots[slot]!
    if (group > 0) return group - 1
    this.#slots[slot] = this.#sample.push(row)
    return this.#sample.length - 1
  }

  #find(row: number): number {
    const mask = this.#slots.length - 1
    let hash = 0
    for (const column of this.#columns) hash = Math.imul(hash ^ column[row]!, 0x9e3779b1) ^ (hash >>> 15)
    for (let slot = (hash ^ (hash >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      const group = this.#slots[slot]!
      if (group === 0 || this.#same(this.#sample[group - 1]!, row)) return slot
    }
  }

  #same(a: number, b: number): boolean {
    for (const column of this.#columns) if (column[a] !== column[b]) return false
    return true
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2)
    this.#sample.forEach((row, group) => {
      this.#slots[this.#find(row)] = group + 1
    })
  }
}
