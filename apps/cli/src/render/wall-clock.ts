/** Times of day as Go's runtime notes them. */

const SECOND = 1_000_000_000n

/** RFC 3339 with all nine digits: `2026-11-28T10:31:33.012345678Z`. @param ns since 1970 */
export function wallClock(ns: bigint): string {
  const seconds = new Date(Number(ns / SECOND) * 1000).toISOString().slice(0, -'.000Z'.length)
  return `${seconds}.${String(ns % SECOND).padStart(9, '0')}Z`
}
