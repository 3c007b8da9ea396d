/** Columns of a list that keep their places while what is in them changes. */
import { type Column, GAP } from '../render/table.js'

export interface ListColumn extends Column {
  /** Where there is too little room, the column with the highest rank is left out first. */
  readonly rank: number
  /** In columns of the terminal. */
  readonly least: number
  /** Its share of what is left when all have their least. */
  readonly share?: number
  readonly most?: number
}

/** The widths of the columns on a terminal this wide; 0 for those that are left out. */
export function listWidths(columns: readonly ListColumn[], width: number): number[] {
  const shown = columns.map((column, index) => ({ ...column, index }))
  const spareOf = () => width - shown.reduce((sum, { least }) => sum + least + GAP.length, -GAP.length)
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
