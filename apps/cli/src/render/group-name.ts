/** What goroutines are put together by, and what a group is called. */
import type { Goroutine } from '@gospy/goruntime'
import { labelText } from './label-text.js'
import { placeOfCode, placeOfFrame } from './place.js'
import { startedAs } from './started-as.js'
import { stateText } from './state-text.js'
import { printable } from './text.js'

export type GroupKey =
  | { readonly by: 'function' | 'created-by' | 'wait' }
  /** By the value of this label. */
  | { readonly by: 'label'; readonly label: string }

export function groupName(goroutine: Goroutine, key: GroupKey): string {
  switch (key.by) {
    case 'function':
      return goroutine.current === null ? stacklessName(goroutine) : placeOfFrame(goroutine.current).name
    case 'created-by':
      return goroutine.createdBy === null ? '(no go statement)' : placeOfCode(goroutine.createdBy).name
    case 'wait':
      return stateText(goroutine)
    case 'label': {
      const { labels } = goroutine
      return Object.hasOwn(labels, key.label)
        ? labelText(key.label, labels[key.label]!)
        : `(no label ${printable(key.label)})`
    }
  }
}

/** Where it stands is not known, mostly because it runs; what it was started as is. */
function stacklessName(goroutine: Goroutine): string {
  return goroutine.startFunction === null
    ? `(${stateText(goroutine)}, stack not known)`
    : `(started as ${startedAs(goroutine).name})`
}
