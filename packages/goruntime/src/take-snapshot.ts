/** A single look at a process. */
import type { LocalsSource } from './locals/locals-source.js'
import type { Snapshot } from './snapshot.js'
import { type SnapshotOptions, SnapshotSeries } from './snapshot-series.js'
import type { SnapshotSource } from './snapshot-source.js'

/** @param locals where variables are read from, if they are asked for. @throws as `GoProcess.snapshot` */
export function takeSnapshot(source: SnapshotSource, options: SnapshotOptions = {}, locals?: LocalsSource): Snapshot {
  return new SnapshotSeries(() => source, options, locals).next()
}
