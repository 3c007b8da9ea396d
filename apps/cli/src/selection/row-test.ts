/**
 * A filter as a test of rows. What rows have in common (stacks, code addresses, wait reasons, sets of labels) is tested once,
 * however many goroutines have it.
 */
import { type CodeAddress, type Frame, GOROUTINE_STATUSES, type Location, type Snapshot } from '@gospy/goruntime'
import { wrappedStart } from '../render/started-as.js'
import type { Filter } from './filter.js'

export type RowTest = (row: number) => boolean

export function rowTest(filter: Filter, snapshot: Snapshot): RowTest {
  const test = plainTest(filter, snapshot)
  return filter.negated ? (row) => !test(row) : test
}

function plainTest(filter: Filter, snapshot: Snapshot): RowTest {
  const { columns, stacks, codeAddresses, labelSets } = snapshot.data
  switch (filter.word) {
    case 'user':
      return (row) => !snapshot.at(row).system
    case 'running': {
      const onThread = once(GOROUTINE_STATUSES, (status) => status === 'running' || status === 'syscall')
      return (row) => onThread(columns.status[row]!)
    }
    case 'label': {
      const { key, value } = filter
      const test = once(labelSets, (labels) =>
        value === undefined ? Object.hasOwn(labels, key) : Object.hasOwn(labels, key) && labels[key] === value,
      )
      return (row) => test(columns.labels[row]!)
    }
    case 'goloc': {
      const test = once(codeAddresses, (code) => codeText(code).includes(filter.text))
      return (row) => test(columns.creator[row]!)
    }
    case 'startloc': {
      const started = once(codeAddresses, (code) => codeText(code).includes(filter.text))
      // What a compiler's wrapper called is on the stack.
      const wrapped = once(stacks, (stack) => {
        const frame = wrappedStart(stack)
        return frame !== null && locationText(frame).includes(filter.text)
      })
      return (row) => started(columns.start[row]!) || wrapped(columns.stack[row]!)
    }
    case 'userloc':
    case 'curloc': {
      const test = once(stacks, ({ frames, current }) => {
        const frame = (filter.word === 'userloc' ? frames[current] : undefined) ?? frames[0]
        return frame !== undefined && locationText(frame).includes(filter.text)
      })
      return (row) => test(columns.stack[row]!)
    }
    case 'text':
      return textTest(filter.text, snapshot)
  }
}

function textTest(text: string, { data }: Snapshot): RowTest {
  const { columns, stacks, waitReasons, labelSets } = data
  // Equal frames are one object.
  const frames = new Map<Frame, boolean>()
  const inFrame = (frame: Frame) => {
    let known = frames.get(frame)
    if (known === undefined) {
      known = locationText(frame).includes(text)
      frames.set(frame, known)
    }
    return known
  }
  const inStack = once(stacks, (stack) => stack.frames.some(inFrame))
  const inStatus = once(GOROUTINE_STATUSES, (status) => status.includes(text))
  const inReason = once(waitReasons, (reason) => reason.includes(text))
  const inLabels = once(labelSets, (labels) =>
    Object.entries(labels).some(([key, value]) => `${key}=${value}`.includes(text)),
  )
  return (row) =>
    inReason(columns.waitReason[row]!) ||
    inStack(columns.stack[row]!) ||
    inStatus(columns.status[row]!) ||
    inLabels(columns.labels[row]!)
}

/** A test of the table's entries by index, each made at most once. No entry, as -1 says, passes none. */
function once<T>(entries: readonly T[], test: (entry: T) => boolean): (index: number) => boolean {
  const answers = new Uint8Array(entries.length)
  return (index) => {
    if (!(index >= 0 && index < entries.length)) return false
    if (answers[index] === 0) answers[index] = test(entries[index]!) ? 1 : 2
    return answers[index] === 1
  }
}

/** Both as gospy shows a place, the function before the line, and as Delve does, behind it. */
function locationText({ function: name, file, line }: Location): string {
  return `${name} ${file ?? '?'}:${line ?? '?'} in ${name}`
}

function codeText({ pc, location }: CodeAddress): string {
  return location === undefined ? `0x${pc.toString(16)}` : locationText(location)
}
