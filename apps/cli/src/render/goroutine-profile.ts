/**
 * The goroutine profile: goroutines with equal stacks and equal labels, counted. What the formats of pprof have in common.
 * Sources: src/runtime/traceback.go (tracebackPCs), src/runtime/pprof/pprof.go (printCountProfile), src/runtime/mprof.go.
 */
import { goQuote } from '@gospy/dwarf'
import {
  type CodeAddress,
  type Frame,
  type Goroutine,
  isHiddenWrapper,
  type Labels,
  type Snapshot,
  type Stack,
} from '@gospy/goruntime'
import type { DumpStyle, ProfileAddresses } from './dump-versions.js'
import { compareBytes } from './go-order.js'

export interface ProfileOptions {
  /** The innermost so many frames, but at least one: a sample without a place is none. All without it. */
  depth?: number | undefined
  /** The runtime's own goroutines too, which Go leaves out. */
  systemGoroutines?: boolean | undefined
}

export interface ProfiledCall {
  readonly frame: Frame
  /** Address in the process of the instruction that the profile names: that of the frame, in all but the oddest cases. */
  readonly instruction: number
}

/** Goroutines of which a profile tells the same. */
export interface ProfileRecord {
  readonly count: number
  /** Without the compiler's wrappers, innermost first; empty where the stack is not known. */
  readonly calls: readonly ProfiledCall[]
  /** What is behind the last frame, or instead of all of them, in brackets; null where everything is known. */
  readonly unknown: { readonly brief: string; readonly reason: string | null } | null
  /** Where the stack is not known: the function that it begins with. */
  readonly start: CodeAddress | null
  /** None of the goroutine's own where the profile does not tell them. */
  readonly labels: Labels
  /** As the text of a profile has it: `@ 0x4381b7 0x40653b` and, on a line of their own, the labels. */
  readonly key: string
}

export interface GoroutineProfile {
  readonly total: number
  /** By falling count, equal counts by key. */
  readonly records: readonly ProfileRecord[]
}

/** What profiles of Go versions differ in. */
export type ProfileStyle = Pick<DumpStyle, 'profileLabels' | 'profileAddresses'>

/** The goroutines of these rows; the dead and, unless asked for, those of the runtime are left out as Go does. */
export function goroutineProfile(
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  style: ProfileStyle,
  { depth, systemGoroutines }: ProfileOptions = {},
): GoroutineProfile {
  const { columns } = snapshot.data
  const innermost = depth === undefined ? Number.POSITIVE_INFINITY : Math.max(depth, 1)
  const records = new Map<string, Mutable<ProfileRecord>>()
  // The rows that are alike for a profile are found by number before any text is made of them.
  const known = new Map<string, Mutable<ProfileRecord>>()
  let total = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    const goroutine = snapshot.at(row)
    if (goroutine.dead || (goroutine.system && !systemGoroutines)) continue
    total++
    const alike = `${columns.stack[row]},${columns.labels[row]}${
      goroutine.stack === null ? `,${columns.start[row]},${columns.status[row]},${columns.waitReason[row]}` : ''
    }`
    let record = known.get(alike)
    if (record === undefined) {
      const fresh = recordOf(goroutine, innermost, style)
      const identity = `${fresh.key}\0${fresh.unknown?.brief}\0${fresh.unknown?.reason}`
      record = records.get(identity) ?? fresh
      records.set(identity, record)
      known.set(alike, record)
    }
    record.count++
  }
  return { total, records: [...records.values()].sort((a, b) => b.count - a.count || compareBytes(a.key, b.key)) }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function recordOf(goroutine: Goroutine, depth: number, style: ProfileStyle): Mutable<ProfileRecord> {
  const labels = style.profileLabels ? goroutine.labels : {}
  const tail = labelsText(labels)
  const { stack, stackError, startFunction } = goroutine
  if (stack === null) {
    const brief = `(${goroutine.waitReason ?? goroutine.status}: stack unknown)`
    const reason = goroutine.status === 'running' ? null : stackError
    const key = `@ 0x${startAddress(startFunction).toString(16)}${tail}`
    return { count: 0, calls: [], unknown: { brief, reason }, start: startFunction, labels, key }
  }
  const { calls, addresses, isCut } = profiledCalls(stack, depth, style.profileAddresses)
  const key = `@${addresses.map((address) => ` 0x${address.toString(16)}`).join('')}${tail}`
  const unknown = stack.incomplete === null || isCut ? null : { brief: '(stack incomplete)', reason: stack.incomplete }
  return { count: 0, calls, unknown, start: null, labels, key }
}

/**
 * What stands for a stack that is not known: the address behind the first byte of the function it begins with, for readers of
 * the format take one off. Where not even that is known it is an address from which they get none.
 */
function startAddress(start: CodeAddress | null): number {
  return (start?.pc ?? 0) + 1
}

interface ProfiledStack {
  calls: ProfiledCall[]
  addresses: number[]
  /** Whether there are more. */
  isCut: boolean
}

/** @param depth of the addresses, at most */
function profiledCalls({ frames }: Stack, depth: number, form: ProfileAddresses): ProfiledStack {
  const calls: ProfiledCall[] = []
  const addresses: number[] = []
  for (const [index, frame] of frames.entries()) {
    const callee = frames[index - 1]
    // Whether it is the innermost of the calls that are made at one instruction.
    const innermost = callee?.inlined !== true
    const shown = !isHiddenWrapper(frame, callee)
    const address = form === 'functions' || (form === 'returns' && innermost) ? frame.pc : frame.instruction + 1
    if (form === 'functions' ? innermost : shown) {
      if (addresses.length >= depth) return { calls, addresses, isCut: true }
      addresses.push(address)
    }
    // Go 1.12 and 1.13 take one off also where the address is that of an instruction that faulted.
    const instruction = form === 'returns' && address > frame.entry ? address - 1 : frame.instruction
    if (shown) calls.push({ frame, instruction })
  }
  return { calls, addresses, isCut: false }
}

/** `\n# labels: {"key":"value", "key2":"value2"}` (labelMap.String in runtime/pprof/label.go); empty where there are none. */
function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${goQuote(key)}:${goQuote(value)}`)
  return pairs.length === 0 ? '' : `\n# labels: {${pairs.sort(compareBytes).join(', ')}}`
}
