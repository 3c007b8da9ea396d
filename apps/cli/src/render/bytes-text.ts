/** Amounts of memory for people. */

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `812 B`, `4.0 KiB`, `33.4 MiB`. */
export function bytesText(bytes: number): string {
  if (Math.abs(bytes) < 1024) return `${bytes} B`
  let amount = bytes
  let unit = -1
  do {
    amount /= 1024
    unit++
  } while (Math.abs(amount) >= 1023.95 && unit < UNITS.length - 1)
  return `${amount.toFixed(1)} ${UNITS[unit]}`
}
