/** Columns of a list that keep their places while what is in them changes. */
import { displayWidth } from '../render/cut.js'
import { fit } from '../render/table.js'

export interface ListColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** `function`: of a function's name the folders of its import path go first, then its middle. */
  readonly cut?: 'end' | 'middle' | 'function'
  /** Where there is too little room, the column with the highest rank is left out first. */
  readonly rank: number
  /** In columns of the terminal. */
  readonly least: number
  /** Its share of what is left when all have their least. */
  readonly share?: number
  readonly most?: number
}

const GAP = 2

/** The widths of the columns on a terminal this wide; 0 for those that are left out. */
export function listWidths(columns: readonly ListColumn[], width: number): number[] {
  const shown = columns.map((column, index) => ({ ...column, index }))
  const spareOf = () => width - shown.reduce((sum, { least }) => sum + least + GAP, -GAP)
  while (shown.length > 1 && spareOf() < 0) {
    const last = Math.max(...shown.map(({ rank }) => rank))
    shown.splice(
      shown.findIndex(({ rank }) => rank === last),
      1,
    )
  }
  const widths = columns.map(() => 0)
  for (const { index, least } of shown) widths[index] = least
  let spare = Math.max(0, spareOf())
  // Those that take little first: what they leave is there for the others.
  const growing = shown.flatMap(({ index, least, share, most = Number.POSITIVE_INFINITY }) =>
    share === undefined ? [] : [{ index, least, share, most }],
  )
  growing.sort((a, b) => a.most - b.most)
  growing.forEach(({ index, share, most, least }, place) => {
    const shares = growing.slice(place).reduce((sum, each) => sum + each.share, 0)
    const more = Math.max(0, Math.min(Math.floor((spare * share) / shares), most - least))
    widths[index] = least + more
    spare -= more
  })
  return widths
}

export function listLine(columns: readonly ListColumn[], widths: readonly number[], cells: readonly string[]): string {
  return widths
    .flatMap((width, index) => (width === 0 ? [] : [cell(cells[index] ?? '', width, columns[index]!)]))
    .join(' '.repeat(GAP))
    .trimEnd()
}

function cell(text: string, width: number, { align, cut }: ListColumn): string {
  const fits = displayWidth(text) <= width
  const shown = cut === 'function' && !fits ? withoutFolders(text) : text
  return fit(shown, width, { ...(align && { align }), ...(cut && { cut: cut === 'end' ? 'end' : 'middle' }) })
}

/** `cmux.(*MuxListener).Accept` of `github.com/soheilhy/cmux.(*MuxListener).Accept`. */
export function withoutFolders(name: string): string {
  const end = name.search(/[([]/)
  return name.slice(name.lastIndexOf('/', end < 0 ? name.length : end) + 1)
}
