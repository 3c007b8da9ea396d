/** As `rows.filter(isWanted)`, which takes several times as long. */
export function selectRows(rows: Uint32Array, isWanted: (row: number) => boolean): Uint32Array {
  const selected = new Uint32Array(rows.length)
  let count = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    if (isWanted(row)) selected[count++] = row
  }
  return count === rows.length ? rows : selected.subarray(0, count)
}
