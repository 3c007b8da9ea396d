/** A single look at a process. */
import type { Snapshot } from './snapshot.js'
import { type SnapshotOptions, SnapshotSeries } from './snapshot-series.js'
import type { SnapshotSource } from './snapshot-source.js'

/** @throws as `GoProcess.snapshot` */
export function takeSnapshot(source: SnapshotSource, options: SnapshotOptions = {}): Snapshot {
  return new SnapshotSeries(() => source, options).next()
}
