/**
 * A filter as a test of rows. What rows have in common (stacks, code addresses, wait reasons, sets of labels) is tested once,
 * however many goroutines have it.
 */
import {
  type CodeAddress,
  type Frame,
  GOROUTINE_STATUSES,
  type Location,
  type Snapshot,
  tracebackFrames,
} from '@gospy/goruntime'
import { labelText } from '../render/label-text.js'
import { wrappedStart } from '../render/started-as.js'
import { notedState } from '../render/state-text.js'
import { contains } from './contains.js'
import type { Filter } from './filter.js'

export type RowTest = (row: number) => boolean

/** Which calls of a stack are shown, and so are looked through: all, or those that Go itself would print. */
export type LookedThrough = 'all' | 'traceback'

export function rowTest(filter: Filter, snapshot: Snapshot, frames: LookedThrough): RowTest {
  const test = plainTest(filter, snapshot, frames)
  return filter.negated ? (row) => !test(row) : test
}

function plainTest(filter: Filter, snapshot: Snapshot, frames: LookedThrough): RowTest {
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
      const has = contains(filter.text)
      const test = once(codeAddresses, (code) => has(codeText(code)))
      return (row) => test(columns.creator[row]!)
    }
    case 'startloc': {
      const has = contains(filter.text)
      const started = once(codeAddresses, (code) => has(codeText(code)))
      // What a compiler's wrapper called is on the stack, at the line where it is now.
      const wrapped = once(stacks, (stack) => {
        const frame = wrappedStart(stack)
        return frame !== null && has(`${frame.function} ${frame.file ?? '?'}`)
      })
      return (row) => started(columns.start[row]!) || wrapped(columns.stack[row]!)
    }
    case 'userloc':
    case 'curloc': {
      const has = contains(filter.text)
      const test = once(stacks, ({ frames, current }) => {
        const frame = frames[filter.word === 'userloc' ? current : 0]
        return frame !== undefined && has(locationText(frame))
      })
      return (row) => test(columns.stack[row]!)
    }
    case 'text':
      return textTest(filter.text, snapshot, frames)
  }
}

/** Whether the text is in what is shown of a goroutine. */
function textTest(text: string, snapshot: Snapshot, shown: LookedThrough): RowTest {
  const { columns, stacks, labelSets, codeAddresses } = snapshot.data
  const has = contains(text)
  // Equal frames are one object.
  const frames = new Map<Frame, boolean>()
  const inFrame = (frame: Frame) => {
    let known = frames.get(frame)
    if (known === undefined) {
      known = has(locationText(frame))
      frames.set(frame, known)
    }
    return known
  }
  const inStack = once(stacks, (stack) => (shown === 'all' ? stack.frames : tracebackFrames(stack)).some(inFrame))
  const inCode = once(codeAddresses, (code) => has(codeText(code)))
  const wrapped = once(stacks, (stack) => wrappedStart(stack) !== null)
  const inWrapped = once(stacks, (stack) => has(wrappedStart(stack)?.function ?? ''))
  const inStart = (row: number) => {
    const stack = columns.stack[row]!
    return shown === 'traceback' && wrapped(stack) ? inWrapped(stack) : inCode(columns.start[row]!)
  }
  const inStatus = once(GOROUTINE_STATUSES, has)
  const states = new Map<string, boolean>()
  const inState = (row: number) => {
    const key = `${columns.status[row]},${columns.waitReason[row]},${columns.flags[row]}`
    const known = states.get(key) ?? has(notedState(snapshot.at(row)))
    states.set(key, known)
    return known
  }
  const inLabels = once(labelSets, (labels) =>
    Object.entries(labels).some(([key, value]) => has(`${key}=${value}`) || has(labelText(key, value))),
  )
  return (row) =>
    inStack(columns.stack[row]!) ||
    inStatus(columns.status[row]!) ||
    inState(row) ||
    inCode(columns.creator[row]!) ||
    inStart(row) ||
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
