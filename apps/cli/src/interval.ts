/** Options that are seconds between one look and the next. */
import { UsageError } from './usage-error.js'

/** Longer ones are a mistake, in ms. */
const MOST_MS = 3_600_000

/**
 * The interval in ms.
 * @param leastMs shorter ones tell nothing
 * @throws UsageError
 */
export function readInterval(interval: string, leastMs: number): number {
  const intervalMs = /^\d{1,6}(\.\d{1,3})?$/.test(interval) ? Math.round(Number(interval) * 1000) : 0
  if (intervalMs < leastMs || intervalMs > MOST_MS) {
    throw new UsageError(`--interval takes seconds, from ${leastMs / 1000} to ${MOST_MS / 1000}, not "${interval}"`)
  }
  return intervalMs
}
