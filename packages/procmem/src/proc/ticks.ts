/** The kernel's clock ticks: when a process was started, and for how long it has run. */
import { readFileSync } from 'node:fs'
import { FormatError } from '@gospy/bytes'

/** Clock ticks in a second, in what /proc tells to programs (USER_HZ), on every architecture supported here. */
const TICKS_PER_SECOND = 100

/**
 * The time of the machine's start in /proc/stat (`btime`), in ms since 1970; whole seconds.
 * @throws FormatError
 */
export function parseBootTime(text: string): number {
  const match = /^btime ([0-9]{1,12})$/m.exec(text)
  if (match === null) throw new FormatError('no line "btime"', { section: '/proc/stat' })
  return Number(match[1]) * 1000
}

/** A time in ticks since the machine's start as ms since 1970. */
export function timeOfTicks(ticks: number): number {
  return parseBootTime(readFileSync('/proc/stat', 'utf8')) + (ticks * 1000) / TICKS_PER_SECOND
}

/** A length of time in ticks as ns. */
export function nsOfTicks(ticks: number): number {
  return (ticks * 1e9) / TICKS_PER_SECOND
}
