/** The time of a look, by the clock on this machine's wall: `12:03:04`. @param ms since 1970 */
export function timeOfDay(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
