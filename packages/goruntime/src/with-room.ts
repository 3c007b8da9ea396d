/** Columns of which each row stays where it is while more rows come. */

type Column = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array

/** The same column, or one with the same entries, that has at least `length`; what is new is 0. Grows by a half, so that it seldom has to. */
export function withRoom<T extends Column>(column: T, length: number): T {
  if (column.length >= length) return column
  const most = column.length === 0 ? length : Math.max(length, Math.floor(column.length * 1.5))
  const larger = new (column.constructor as new (length: number) => T)(most)
  larger.set(column)
  return larger
}
