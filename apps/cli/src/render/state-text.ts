/** What a goroutine is doing, in words. */
import type { Goroutine } from '@gospy/goruntime'
import { duration, printable } from './text.js'

/** The state as Go's own dumps put it: the wait reason stands for "waiting". */
export function stateText({ waitReason, status }: Goroutine): string {
  return status === 'leaked' && waitReason !== null
    ? `${printable(waitReason)}, leaked`
    : printable(waitReason ?? status)
}

/** With what is true of this goroutine beside its state. */
export function notedState(goroutine: Goroutine): string {
  const notes = [stateText(goroutine)]
  if (goroutine.lockedToThread) notes.push('locked to thread')
  if (goroutine.torn) notes.push('torn')
  return notes.join(', ')
}

/** A lower bound, or '' where the runtime recorded none. */
export function waitText(ns: number | null): string {
  return ns === null ? '' : `>= ${duration(ns)}`
}

/** The shortest and the longest of several lower bounds. */
export function waitsText(shortest: number, longest: number): string {
  const [from, to] = [duration(shortest), duration(longest)]
  return from === to ? `>= ${from}` : `>= ${from}..${to}`
}
