/** What is tried with broken bytes gives a value or a FormatError, and nothing else. */
import { FormatError } from '@gospy/bytes'

/** How many attempts of a test file ended how. */
export const outcomes = { value: 0, refused: 0 }

/** Runs it; anything thrown but a FormatError is a failure. */
export function attempt(work: () => void): void {
  try {
    work()
    outcomes.value++
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    outcomes.refused++
  }
}
