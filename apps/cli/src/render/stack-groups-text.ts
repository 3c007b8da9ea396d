/** Goroutines with the same stack, together: how many, what they wait for, since when, and how they got there. */
import type { Goroutine } from '@gospy/goruntime'
import { Counter } from './counter.js'
import { cutEnd, displayWidth } from './cut.js'
import type { DumpContext } from './dump-context.js'
import { frameLines } from './frame-lines.js'
import { itemsLine, shownOf } from './items.js'
import { labelTexts } from './label-text.js'
import { type Place, placeKey, placeOfCode, placeOfFrame } from './place.js'
import { placeLine } from './place-line.js'
import { StackLooks, shownFrames } from './shown-frames.js'
import { stackErrorText } from './stack-error-text.js'
import { stackGroups } from './stack-groups.js'
import { startedAs } from './started-as.js'
import { stateText, waitsText } from './state-text.js'
import { count, printable } from './text.js'

/** Ids listed of a group; the others are counted. On a terminal those that fit on its line. */
const MOST_IDS = 100
/** Labels listed of a group. */
const MOST_LABELS = 20
/** Go statements and errors listed of a group, a line each. */
const MOST_LINES = 5
const INDENT = '  '

export function writeStackGroups(context: DumpContext, rows: ArrayLike<number>): void {
  const { snapshot, frames, print } = context
  const groups = stackGroups(snapshot, rows, new StackLooks(snapshot, frames))
  groups.forEach((group, index) => {
    if (index > 0) print([''])
    print(
      groupLines(
        context,
        group.map((row) => snapshot.at(row)),
      ),
    )
  })
}

function groupLines(context: DumpContext, goroutines: readonly Goroutine[]): string[] {
  const { frames: choice, width, paint } = context
  const sample = goroutines[0]!
  const { stack, stackError, current } = sample
  const { frames, more } = stack === null ? { frames: [], more: 0 } : shownFrames(stack, choice)
  const details = [...idsLine(goroutines, width), ...labelsLine(goroutines, width)]
  if (!sample.dead) {
    details.push(...createdByLines(goroutines, width))
    // The outermost frame says it, where it is shown.
    if (stack === null || more > 0 || stackError !== null) {
      details.push(...startedAsLines(goroutines, width))
    }
  }
  details.push(...errorLines(goroutines, width))
  const lines = [
    ...headLines(goroutines, placeOfFrame(current), width).map((line) => paint('bold', line)),
    ...details.map((line) => paint('dim', line)),
    ...frameLines(frames, current, width, paint),
  ]
  if (more > 0 && frames.length > 0) lines.push(paint('dim', `${INDENT}${INDENT}... and what called these`))
  const missing = stackErrorText(sample, context.snapshot.data.mode)
  if (missing !== null) lines.push(paint('yellow', INDENT + missing))
  return lines
}

/** `1190 goroutines, chan receive, >= 2m..14m: main.(*Pool).worker  pool.go:88`, the place below where both do not fit. */
function headLines(goroutines: readonly Goroutine[], place: Place, width: number | undefined): string[] {
  const head = [
    goroutines.length === 1 ? `goroutine ${goroutines[0]!.id}` : `${goroutines.length} goroutines`,
    stateText(goroutines[0]!),
    ...notes(goroutines),
  ].join(', ')
  if (place.line === '' && place.name === '-') return [cut(head, width)]
  const line = placeLine(`${head}: `, place, '', undefined)
  if (width === undefined || displayWidth(line) <= width) return [line]
  return [cut(`${head}:`, width), placeLine(`${INDENT}${INDENT}`, place, '', width)]
}

/** How long they have waited at least, and what is true of some or all of them. */
function notes(goroutines: readonly Goroutine[]): string[] {
  const texts: string[] = []
  const waits = goroutines.flatMap(({ waitAtLeastNs }) => (waitAtLeastNs === null ? [] : [waitAtLeastNs]))
  if (waits.length > 0) {
    let [shortest, longest] = [waits[0]!, waits[0]!]
    for (const wait of waits) {
      shortest = Math.min(shortest, wait)
      longest = Math.max(longest, wait)
    }
    texts.push(ofThem(waits.length, goroutines, waitsText(shortest, longest)))
  }
  const locked = goroutines.filter(({ lockedToThread }) => lockedToThread).length
  if (locked > 0) texts.push(ofThem(locked, goroutines, 'locked to thread'))
  const torn = goroutines.filter((each) => each.torn).length
  if (torn > 0) texts.push(ofThem(torn, goroutines, 'torn'))
  return texts
}

function ofThem(some: number, { length }: readonly Goroutine[], text: string): string {
  return some === length ? text : `${some} of them ${text}`
}

function idsLine(goroutines: readonly Goroutine[], width: number | undefined): string[] {
  if (goroutines.length === 1) return []
  const ids = goroutines.slice(0, MOST_IDS).map(({ id }) => String(id))
  return [itemsLine(`${INDENT}goroutines `, ids, goroutines.length, width)]
}

/** The labels they all have; else each with the number of goroutines that have it. */
function labelsLine(goroutines: readonly Goroutine[], width: number | undefined): string[] {
  const labels = new Counter<string>()
  for (const goroutine of goroutines) {
    for (const label of labelTexts(goroutine.labels)) labels.add(label)
  }
  if (labels.size === 0) return []
  const items = labels
    .sorted()
    .slice(0, MOST_LABELS)
    .map(([label, times]) => (times === goroutines.length ? label : `${label} (${times})`))
  return [itemsLine(`${INDENT}labels: `, items, labels.size, width)]
}

function createdByLines(goroutines: readonly Goroutine[], width: number | undefined): string[] {
  const parents = new Map<string, Set<number | null>>()
  const places = goroutines.flatMap(({ createdBy, createdByGoroutine }) => {
    if (createdBy === null) return []
    const place = placeOfCode(createdBy)
    const known = parents.get(placeKey(place)) ?? new Set()
    parents.set(placeKey(place), known.add(createdByGoroutine))
    return [place]
  })
  return placesLines('created by', places, goroutines.length, width, (place) =>
    parentsText(parents.get(placeKey(place))!),
  )
}

/** A line for each function: where it begins may not be known of all that were started as it. */
function startedAsLines(goroutines: readonly Goroutine[], width: number | undefined): string[] {
  const started = goroutines.filter(({ startFunction }) => startFunction !== null)
  const all = started.map(startedAs)
  const known = new Map(all.filter(({ line }) => line !== '').map((place) => [place.name, place]))
  const places = all.map((place) => known.get(place.name) ?? place)
  return placesLines('started as', places, goroutines.length, width, () => '')
}

/** A line for each distinct place, the most frequent first, counted where it is not that of all. */
function placesLines(
  what: string,
  places: readonly Place[],
  all: number,
  width: number | undefined,
  behind: (place: Place) => string,
): string[] {
  const samples = new Map<string, Place>()
  const counter = new Counter<string>()
  for (const place of places) {
    samples.set(placeKey(place), place)
    counter.add(placeKey(place))
  }
  const sorted = counter.sorted()
  const shown = shownOf(sorted.length, MOST_LINES)
  const lines = sorted.slice(0, shown).map(([key, times]) => {
    const place = samples.get(key)!
    const counted = times === all ? place : { ...place, line: `${place.line} (${times})`.trimStart() }
    return placeLine(`${INDENT}${what} `, counted, behind(place), width)
  })
  if (sorted.length > shown) lines.push(`${INDENT}and ${count(sorted.length - shown, 'more place')}`)
  return lines
}

function parentsText(parents: ReadonlySet<number | null>): string {
  const [first] = parents
  if (parents.size > 1) return ` in ${count(parents.size, 'goroutine')}`
  return first === null ? '' : ` in goroutine ${first}`
}

function errorLines(goroutines: readonly Goroutine[], width: number | undefined): string[] {
  const errors = new Counter<string>()
  for (const { error } of goroutines) if (error !== null) errors.add(error)
  const sorted = errors.sorted()
  const shown = shownOf(sorted.length, MOST_LINES)
  const lines = sorted.slice(0, shown).map(([error, times]) => {
    const share = times === goroutines.length ? '' : `${times} of them: `
    return cut(`${INDENT}error: ${share}${printable(error)}`, width)
  })
  if (sorted.length > shown) lines.push(`${INDENT}and ${count(sorted.length - shown, 'more error')}`)
  return lines
}

function cut(line: string, width: number | undefined): string {
  return width === undefined ? line : cutEnd(line, width)
}
