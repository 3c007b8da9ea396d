/** The calls of a stack, one a line: functions and lines in columns, the current one marked. */
import type { Frame } from '@gospy/goruntime'
import { type Calls, type Circle, collapse } from './collapse.js'
import { placeOfFrame } from './place.js'
import { type Column, table } from './table.js'
import { baseName, type painter, printable } from './text.js'

const INDENT = '    '
const MARK = '  > '
/** Other lines of a recursion that are named. */
const ELSEWHERE = 2

const COLUMNS: Column[] = [
  { title: '', cut: 'middle', least: 20 },
  { title: '', cut: 'middle', least: 12 },
]
const TIMES: Column = { title: '' }

export interface FrameRows {
  /** Function, line, and how often. */
  readonly rows: readonly (readonly [name: string, line: string, times: string])[]
  /** Index of the row with the current frame; -1 where that is not shown. */
  readonly marked: number
}

/** The lines before they are set: stacks with equal ones look the same. */
export function frameRows(frames: readonly Frame[], current: Frame | null): FrameRows {
  let marked = -1
  const rows = collapse(frames).map((calls, index) => {
    if ('times' in calls) return [circleText(calls), '', ''] as const
    if (marked < 0 && calls.frame === current) marked = index
    const { name, line } = placeOfFrame(calls.frame)
    return [name, line + elsewhere(calls), timesText(calls)] as const
  })
  return { rows, marked }
}

/** Of functions that call each other, and are shown once above it. */
export function circleText({ calls, times }: Circle): string {
  return `... the ${calls} calls above, ${times} times in all`
}

/** How many calls of one function are shown as one; '' for a single one. */
export function timesText({ count }: Calls): string {
  return count > 1 ? `x ${count}` : ''
}

export function frameLines(
  frames: readonly Frame[],
  current: Frame | null,
  width: number | undefined,
  paint: ReturnType<typeof painter>,
): string[] {
  const { rows, marked } = frameRows(frames, current)
  const columns = rows.some(([, , times]) => times !== '') ? [...COLUMNS, TIMES] : COLUMNS
  const lines = table(columns, rows, width && width - INDENT.length).slice(1)
  return lines.map((line, index) => (index === marked ? paint('bold', MARK + line) : INDENT + line))
}

/** Further lines of the same file, and that there are more: `,15,18,...`. */
function elsewhere({ frame, elsewhere: others }: Calls): string {
  const named = others
    .slice(0, ELSEWHERE)
    .map(({ file, line }) =>
      file === frame.file ? `,${line ?? '?'}` : `,${printable(baseName(file ?? '?'))}:${line ?? '?'}`,
    )
  return named.join('') + (others.length > ELSEWHERE ? ',...' : '')
}
