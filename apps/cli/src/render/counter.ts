/** Counting what there is how often. */

export class Counter<K> {
  readonly #counts = new Map<K, number>()
  /** Everything counted. */
  total = 0

  add(key: K): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.total++
  }

  /** How many different ones. */
  get size(): number {
    return this.#counts.size
  }

  /** The most frequent first, equally frequent ones in the order in which they were met. */
  sorted(): (readonly [key: K, count: number])[] {
    return [...this.#counts].sort(([, a], [, b]) => b - a)
  }
}
