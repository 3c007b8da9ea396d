/** Everything about single goroutines: whole paths, offsets, addresses. */
import type { CodeAddress, Frame, Goroutine } from '@gospy/goruntime'
import type { DumpContext } from './dump-text.js'
import { fullLine, placeOfCode, placeOfFrame } from './place.js'
import { shownFrames } from './shown-frames.js'
import { startedAs, wrappedStart } from './started-as.js'
import { notedState, waitText } from './state-text.js'
import { printable } from './text.js'

export function writeDetails(context: DumpContext, rows: ArrayLike<number>): void {
  for (let index = 0; index < rows.length; index++) {
    if (index > 0) context.print([''])
    context.print(detailLines(context, context.snapshot.at(rows[index]!)))
  }
}

function detailLines({ program, frames: choice, paint }: DumpContext, goroutine: Goroutine): string[] {
  const { stack, stackError, createdBy, createdByGoroutine, startFunction, thread, error } = goroutine
  const wait = waitText(goroutine.waitAtLeastNs)
  const interesting = program.interesting(goroutine)
  const head = [`goroutine ${goroutine.id}`, notedState(goroutine), ...(wait === '' ? [] : [wait])].join(', ')
  const place = placeOfFrame(interesting)
  const lines = [paint('bold', interesting === null ? head : `${head}: ${place.name}  ${place.line}`.trimEnd())]
  lines.push(
    `  runtime.g at ${hex(goroutine.address)}${thread === null ? '' : `, thread ${thread}`}${goroutine.system ? ', of the runtime' : ''}`,
  )
  for (const [key, value] of Object.entries(goroutine.labels))
    lines.push(`  label ${printable(key)}=${printable(value)}`)
  if (createdBy !== null) {
    const parent = createdByGoroutine === null ? '' : ` in goroutine ${createdByGoroutine}`
    const at = createdBy.location === undefined ? '' : `  ${fullLine(createdBy.location)}`
    lines.push(`  created by ${placeOfCode(createdBy).name}${parent}${at}`.trimEnd())
  }
  if (startFunction !== null) lines.push(startedLine(goroutine, startFunction))
  if (error !== null) lines.push(`  error: ${printable(error)}`)
  if (stack !== null) {
    const { frames, more } = shownFrames(stack, choice)
    // Equal frames are one object, and a recursion has several: the innermost is meant.
    const marked = interesting === null ? -1 : frames.indexOf(interesting)
    frames.forEach((frame, index) => {
      lines.push(...frameDetail(frame, index === marked, paint))
    })
    if (more > 0) lines.push(paint('dim', `    ... and ${more} more`))
  }
  if (stackError !== null) {
    lines.push(paint('yellow', `  stack not ${stack === null ? 'known' : 'whole'}: ${printable(stackError)}`))
  }
  return lines
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
function frameDetail(frame: Frame, mark: boolean, paint: DumpContext['paint']): string[] {
  const { name } = placeOfFrame(frame)
  const inlined = frame.inlined ? ' (inlined)' : ''
  const at = `${fullLine(frame)} +${hex(frame.pc - frame.entry)}  pc ${hex(frame.pc)}`.trimStart()
  return [mark ? paint('bold', `  > ${name}${inlined}`) : `    ${name}${inlined}`, `        ${at}`]
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
