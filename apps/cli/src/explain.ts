/** An error in one line for people: what is wrong, and what to do about it. */
import { FormatError, UnreadableMemoryError } from '@gospy/bytes'
import { AllgsError, TargetError } from '@gospy/goruntime'
import { ProcessError } from '@gospy/procmem'
import { DemoError } from './demo-error.js'
import { printable } from './render/text.js'
import { SelectionError } from './selection/selection-error.js'
import { UsageError } from './usage-error.js'
import { VariableError } from './variable-error.js'

export function explain(error: unknown): string {
  if (error instanceof ProcessError) return sentence(error.summary, error.advice)
  if (error instanceof TargetError) return sentence(error.message, error.advice === undefined ? [] : [error.advice])
  if (error instanceof FormatError || error instanceof AllgsError || error instanceof UnreadableMemoryError) {
    return sentence(error.message, [])
  }
  if (
    error instanceof UsageError ||
    error instanceof DemoError ||
    error instanceof SelectionError ||
    error instanceof VariableError
  ) {
    return printable(error.message)
  }
  const system = error as NodeJS.ErrnoException
  if (system instanceof Error && typeof system.code === 'string') return sentence(systemText(system), [])
  // A fault of gospy: whoever reports it needs the whole story.
  return `internal error, please report it: ${error instanceof Error ? error.stack : String(error)}`
}

/** `cannot open x: no such file or directory` instead of Node's `ENOENT: no such file or directory, open 'x'`. */
function systemText({ message, code, path, syscall }: NodeJS.ErrnoException): string {
  const reason = message.slice(`${code}: `.length).replace(/, \w+( '.*)?$/s, '')
  if (path === undefined) return syscall === 'write' ? `cannot write the answer: ${reason}` : message
  return `cannot ${syscall} ${path}: ${reason}`
}

function sentence(what: string, advice: readonly string[]): string {
  return printable([what, ...advice].map((text) => text.replace(/\.$/, '')).join('; '))
}

/** Whether it is about the process that is looked at, and not a fault of gospy: the next look may succeed. */
export function isAboutTarget(error: unknown): error is Error {
  const kinds = [ProcessError, TargetError, FormatError, AllgsError, UnreadableMemoryError]
  return kinds.some((kind) => error instanceof kind)
}
