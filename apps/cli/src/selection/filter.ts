/**
 * One `--filter`: the words that users of Delve know (`goroutines -with`, Documentation/cli/README.md of go-delve/delve), and
 * any other text, which is looked for in everything that is shown of a goroutine.
 */
import { UsageError } from '../usage-error.js'

/** The words that take a value. */
export const WORDS_WITH_VALUE = ['userloc', 'curloc', 'goloc', 'startloc', 'label'] as const

/** Where a goroutine stands as its program sees it, where it stands, where its `go` statement is, what it was started as. */
export type LocationWord = 'userloc' | 'curloc' | 'goloc' | 'startloc'

export type Filter = { readonly negated: boolean } & (
  | { readonly word: LocationWord; readonly text: string }
  | { readonly word: 'label'; readonly key: string; readonly value: string | undefined }
  /** On a thread: it runs, or is in a system call. */
  | { readonly word: 'running' }
  /** Not one of the runtime's own. */
  | { readonly word: 'user' }
  | { readonly word: 'text'; readonly text: string }
)

const LOCATION = /^(userloc|curloc|goloc|startloc)(?:\s*=\s*|\s+|$)(.*)$/s
const LABEL = /^label(?:\s*[=:]\s*|\s+|$)(.*)$/s

/** @throws UsageError when a word lacks its argument */
export function parseFilter(expression: string): Filter {
  const trimmed = expression.trim()
  const negated = trimmed.startsWith('!')
  const test = negated ? trimmed.slice(1).trim() : trimmed
  if (test === '') throw new UsageError(`--filter needs something to look for, not "${expression}"`)
  if (test === 'running' || test === 'user') return { negated, word: test }
  const location = LOCATION.exec(test)
  if (location !== null) {
    const [, word, text] = location
    if (text === '') throw new UsageError(`--filter ${word} needs a part of a location: ${word}=main.worker`)
    return { negated, word: word as LocationWord, text: text! }
  }
  const label = LABEL.exec(test)
  if (label !== null) {
    const [key, ...value] = label[1]!.split('=')
    if (key === '') throw new UsageError('--filter label needs a key, or a key and its value: label=tenant=acme')
    return { negated, word: 'label', key: key!, value: value.length === 0 ? undefined : value.join('=') }
  }
  return { negated, word: 'text', text: test }
}
