/** Times and durations as Go writes them. */

/** Seconds from the year 1, and from 1885, to 1970 (src/time/time.go: unixToInternal, wallToInternal). */
const FROM_YEAR_1 = 62_135_596_800n
const FROM_1885 = FROM_YEAR_1 - 59_453_308_800n

/** time.Time.wall: there is a monotonic reading, and the seconds stand in wall (since Go 1.9). */
const HAS_MONOTONIC = 1n << 63n
const NANOSECOND_BITS = 30n

/** A moment: seconds since 1970, and nanoseconds in that second. */
export interface Moment {
  readonly seconds: bigint
  readonly nanoseconds: number
}

/** The moment of a time.Time since Go 1.9 (src/time/time.go, type Time). */
export function momentOfWall(wall: bigint, ext: bigint): Moment {
  const nanoseconds = Number(wall & ((1n << NANOSECOND_BITS) - 1n))
  const seconds = (wall & HAS_MONOTONIC) === 0n ? ext - FROM_YEAR_1 : ((wall << 1n) & ((1n << 64n) - 1n)) >> 31n
  return { seconds: (wall & HAS_MONOTONIC) === 0n ? seconds : seconds - FROM_1885, nanoseconds }
}

/** The moment of a time.Time until Go 1.8. */
export function momentOfYear1(seconds: bigint, nanoseconds: number): Moment {
  return { seconds: seconds - FROM_YEAR_1, nanoseconds }
}

/** Seconds that Date knows on either side of 1970. */
const MAX_SECONDS = 8_640_000_000_000n

/** In UTC, as time.RFC3339Nano has it: `2026-11-28T10:15:00.5Z`. */
export function formatMoment({ seconds, nanoseconds }: Moment): string {
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) return `${seconds} s since 1970`
  const date = new Date(Number(seconds) * 1000)
  const year = date.getUTCFullYear()
  const yearText = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`
  // Behind the year, which Date writes in six digits where it has not four.
  const rest = date
    .toISOString()
    .replace(/^[+-]?\d+/, '')
    .slice(0, '-01-02T15:04:05'.length)
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`
  return `${yearText}${rest}${fraction}Z`
}

/** As time.Duration.String: `1h2m0.5s`, `1.5µs`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${fraction(size, 3)}µs`
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 6)}ms`
  const minutes = size / 60_000_000_000n
  const seconds = `${fraction(size % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return sign + seconds
  const hours = minutes / 60n
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`
}

/** A number of 10^-digits, without zeros at the end. */
function fraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const rest = String(value % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '')
  return rest === '' ? String(value / scale) : `${value / scale}.${rest}`
}
