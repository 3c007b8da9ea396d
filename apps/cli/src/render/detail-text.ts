/** Everything about single goroutines: whole paths, offsets, addresses. */
import type { CodeAddress, Frame, FrameVariables, Goroutine } from '@gospy/goruntime'
import { type Calls, collapse } from './collapse.js'
import type { DumpContext } from './dump-context.js'
import { circleText, timesText } from './frame-lines.js'
import { frameVariablesText } from './frame-variables-text.js'
import { shownOf } from './items.js'
import { labelTexts } from './label-text.js'
import { fullLine, placeOfCode, placeOfFrame } from './place.js'
import { shownFrames } from './shown-frames.js'
import { stackErrorText } from './stack-error-text.js'
import { startedAs, wrappedStart } from './started-as.js'
import { notedState, waitText } from './state-text.js'
import { printable } from './text.js'

/** Columns where the width of the output is not known. */
const DEFAULT_WIDTH = 80

const TORN_VARIABLES = 'it ran on while it was looked at: its variables may be of different moments'

/** Lines of a recursive function that are shown. */
const MOST_LINES = 5

export function writeDetails(context: DumpContext, rows: ArrayLike<number>): void {
  for (let index = 0; index < rows.length; index++) {
    if (index > 0) context.print([''])
    context.print(detailLines(context, context.snapshot.at(rows[index]!)))
  }
}

/** All that is known of one goroutine. */
export function detailLines(
  { snapshot, frames: choice, width, paint }: Pick<DumpContext, 'snapshot' | 'frames' | 'width' | 'paint'>,
  goroutine: Goroutine,
): string[] {
  const { stack, current, createdBy, createdByGoroutine, startFunction, thread, error } = goroutine
  const wait = waitText(goroutine.waitAtLeastNs)
  const head = [`goroutine ${goroutine.id}`, notedState(goroutine), ...(wait === '' ? [] : [wait])].join(', ')
  const place = placeOfFrame(current)
  const lines = [paint('bold', current === null ? head : `${head}: ${place.name}  ${place.line}`.trimEnd())]
  lines.push(
    `  runtime.g at ${hex(goroutine.address)}${thread === null ? '' : `, thread ${thread}`}${goroutine.system ? ', of the runtime' : ''}`,
  )
  for (const label of labelTexts(goroutine.labels)) lines.push(`  label ${label}`)
  if (createdBy !== null) {
    const parent = createdByGoroutine === null ? '' : ` in goroutine ${createdByGoroutine}`
    const at = createdBy.location === undefined ? '' : `  ${fullLine(createdBy.location)}`
    lines.push(`  created by ${placeOfCode(createdBy).name}${parent}${at}`.trimEnd())
  }
  if (startFunction !== null) lines.push(startedLine(goroutine, startFunction))
  if (error !== null) lines.push(`  error: ${printable(error)}`)
  if (stack !== null) {
    const { frames, more } = shownFrames(stack, choice)
    let marked = false
    const ofFrames = variablesOf(goroutine, frames)
    // Calls that differ in their variables alone are shown all the same.
    const all = ofFrames === undefined ? collapse(frames) : frames.map((frame) => ({ frame, count: 1, elsewhere: [] }))
    for (const [index, calls] of all.entries()) {
      if ('times' in calls) {
        lines.push(`    ${circleText(calls)}`)
        continue
      }
      // Equal frames are one object, and a recursion has several: the innermost is meant.
      const mark: boolean = !marked && calls.frame === current
      marked ||= mark
      lines.push(...callsDetail(calls, mark, paint))
      const variables = ofFrames?.[index]
      if (variables !== undefined) lines.push(...frameVariablesText(variables, width ?? DEFAULT_WIDTH, paint))
    }
    if (goroutine.variables?.torn) lines.push(paint('yellow', `  ${TORN_VARIABLES}`))
    if (more > 0) lines.push(paint('dim', `    ... and ${more} more`))
  }
  const missing = stackErrorText(goroutine, snapshot.data.mode)
  if (missing !== null) lines.push(paint('yellow', `  ${missing}`))
  return lines
}

/** The variables of shown frames; undefined where none were asked for. */
function variablesOf(
  { stack, variables }: Goroutine,
  shown: readonly Frame[],
): readonly (FrameVariables | undefined)[] | undefined {
  if (variables === null) return undefined
  let next = 0
  return shown.map((frame) => {
    const index = stack?.frames.indexOf(frame, next) ?? -1
    if (index < 0) return undefined
    next = index + 1
    return variables.frames[index]
  })
}

function startedLine(goroutine: Goroutine, startFunction: CodeAddress): string {
  const { name } = startedAs(goroutine)
  const { stack } = goroutine
  if (stack !== null && wrappedStart(stack) !== null)
    return `  started as ${name}, through ${placeOfCode(startFunction).name}`
  const { location } = startFunction
  return location === undefined ? `  started as ${name}` : `  started as ${name}  ${fullLine(location)}`
}

/** As in Go's own dumps the function, and below it where in it; calls on two lines, so that long paths fit. */
function callsDetail(calls: Calls, mark: boolean, paint: DumpContext['paint']): string[] {
  const { frame, elsewhere } = calls
  const name = `${placeOfFrame(frame).name}${frame.inlined ? ' (inlined)' : ''}  ${timesText(calls)}`.trimEnd()
  const shown = elsewhere.slice(0, shownOf(elsewhere.length, MOST_LINES))
  const lines = [mark ? paint('bold', `  > ${name}`) : `    ${name}`, ...[frame, ...shown].map(placeDetail)]
  if (shown.length < elsewhere.length) lines.push(`        and ${elsewhere.length - shown.length} more lines`)
  return lines
}

function placeDetail(frame: Frame): string {
  return `        ${`${fullLine(frame)} +${hex(frame.pc - frame.entry)}  pc ${hex(frame.pc)}`.trimStart()}`
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
