/** The calls of a stack, one a line: functions and lines in columns, the interesting one marked. */
import type { Frame } from '@gospy/goruntime'
import { collapse } from './collapse.js'
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

export function frameLines(
  frames: readonly Frame[],
  interesting: Frame | null,
  width: number | undefined,
  paint: ReturnType<typeof painter>,
): string[] {
  let marked = -1
  const rows = collapse(frames).map((calls, index) => {
    if ('times' in calls) return [`... these ${calls.calls} calls`, '', `x ${calls.times}`]
    if (marked < 0 && calls.frame === interesting) marked = index
    const { name, line } = placeOfFrame(calls.frame)
    return [name, line + elsewhere(calls), calls.count > 1 ? `x ${calls.count}` : '']
  })
  const columns = rows.some(([, , times]) => times !== '') ? [...COLUMNS, TIMES] : COLUMNS
  const lines = table(columns, rows, width && width - INDENT.length).slice(1)
  return lines.map((line, index) => (index === marked ? paint('bold', MARK + line) : INDENT + line))
}

/** Further lines of the same file, and that there are more: `,15,18,...`. */
function elsewhere({ frame, elsewhere: others }: { frame: Frame; elsewhere: readonly Frame[] }): string {
  const named = others
    .slice(0, ELSEWHERE)
    .map(({ file, line }) =>
      file === frame.file ? `,${line ?? '?'}` : `,${printable(baseName(file ?? '?'))}:${line ?? '?'}`,
    )
  return named.join('') + (others.length > ELSEWHERE ? ',...' : '')
}
