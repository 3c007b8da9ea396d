/** From one look at a process to the next. */
import type { Snapshot } from './snapshot.js'
import type { SnapshotSource } from './snapshot-source.js'
import { type SnapshotOptions, takeSnapshot } from './take-snapshot.js'

/** Snapshots of one process, one after the other: `GoProcess.snapshots`. */
export class SnapshotSeries {
  readonly #source: () => SnapshotSource
  readonly #options: SnapshotOptions

  /**
   * @param source what a look is taken from, asked for anew at each: threads come and go
   * @internal
   */
  constructor(source: () => SnapshotSource, options: SnapshotOptions) {
    this.#source = source
    this.#options = options
  }

  /**
   * The goroutines as they are now: a snapshot like any other, which nothing changes afterwards.
   * @throws as `GoProcess.snapshot`
   */
  next(): Snapshot {
    return takeSnapshot(this.#source(), this.#options)
  }
}
