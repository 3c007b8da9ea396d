/** Options that are numbers. */
import { UsageError } from './usage-error.js'

/** @throws UsageError for what is no whole number */
export function wholeNumber(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d+$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}"`)
  if (!/^0*\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a number of at most nine digits, not ${text}`)
  return Number(text)
}
