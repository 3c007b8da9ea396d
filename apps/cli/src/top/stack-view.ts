/** One goroutine on the screen: all that is known of it. */
import type { Goroutine, Snapshot } from '@gospy/goruntime'
import { detailLines } from '../render/detail-text.js'
import { painter } from '../render/text.js'
import { type Line, line, wrap } from './styled.js'

/** A goroutine as it was when it was last seen: it may have ended by the next look. */
export interface Seen {
  readonly snapshot: Snapshot
  readonly goroutine: Goroutine
}

export function stackLines({ snapshot, goroutine }: Seen, width: number, system: boolean): Line[] {
  const frames = { depth: undefined, system }
  const lines = detailLines({ snapshot, frames, width, paint: painter(false) }, goroutine)
  return lines.flatMap((text, index) =>
    wrap(text, width).map((part) => line(part, index === 0 || text.startsWith('  > ') ? 'bold' : 'plain')),
  )
}
