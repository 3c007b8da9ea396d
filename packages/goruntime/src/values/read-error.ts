/** Errors that say something of one value, and nothing of the process or of gospy. */
import { FormatError, UnreadableMemoryError } from '@gospy/bytes'
import { NameNotFoundError, ValueError } from '@gospy/dwarf'
import { VariablePathError } from './variable-path.js'

/** What is wrong with a value, for people. @throws the error itself where it is of another kind */
export function readErrorText(error: unknown): string {
  if (error instanceof UnreadableMemoryError) return `memory at 0x${error.address.toString(16)} cannot be read`
  if (
    error instanceof ValueError ||
    error instanceof NameNotFoundError ||
    error instanceof VariablePathError ||
    error instanceof FormatError
  )
    return error.message
  throw error
}
