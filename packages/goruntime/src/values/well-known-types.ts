/**
 * What values of some types of the standard library mean. Their fields are data: the paths that they have had, each tried in the
 * type as it is in the program.
 */
import type { Value } from '@gospy/dwarf'
import { atomicContent } from './atomic-value.js'
import { formatDuration, formatMoment, momentOfWall, momentOfYear1 } from './go-time.js'
import type { ValueSpace } from './value-space.js'

/** Paths of fields: the newest first, with the Go version that ended the others. */
const FIELDS = {
  /** In the internal/sync.Mutex inside of sync.Mutex; until Go 1.23 its own. */
  mutexState: ['mu.state', 'state'],
  /** An atomic.Int32; until Go 1.19 an int32. */
  readerCount: ['readerCount'],
  readerWait: ['readerWait'],
  writer: ['w'],
  /** An atomic.Uint64; in Go 1.18 and 1.19 a uint64. */
  waitGroupState: ['state', 'state1'],
  /** An atomic.Bool; an atomic.Uint32 until Go 1.24, a uint32 until 1.22. */
  done: ['done'],
} as const

/** sync.Mutex.state (src/internal/sync/mutex.go): locked, woken, since Go 1.9 starving, and above them how many wait. */
const MUTEX_LOCKED = 1
const MUTEX_STARVING = 4
const waitersOf = ({ mutexMayStarve }: ValueSpace, state: number) => state >>> (mutexMayStarve ? 3 : 2)

/** sync.RWMutex.readerCount is less by this while a writer has the lock or waits for readers (src/sync/rwmutex.go). */
const MAX_READERS = 1 << 30

/** sync.WaitGroup.state: the group is of a synctest bubble (src/sync/waitgroup.go, since Go 1.25). */
const BUBBLE_FLAG = 0x8000_0000n

type Text = (space: ValueSpace, value: Value) => string | undefined

const TEXTS: ReadonlyMap<string, Text> = new Map<string, Text>([
  ['time.Duration', (_, value) => formatDuration(value.bigint())],
  ['time.Time', timeText],
  ['sync.Mutex', mutexText],
  ['internal/sync.Mutex', mutexText],
  ['sync.RWMutex', rwMutexText],
  ['sync.WaitGroup', waitGroupText],
  ['sync.Once', onceText],
])

/** What a value of a well-known type means; undefined for values of all others, and where the type is not as it should be. */
export function wellKnownText(space: ValueSpace, value: Value): string | undefined {
  const text = TEXTS.get(value.type.name ?? '')
  return text?.(space, value)
}

/** The field that is there of several that it may be, without the atomic wrapper around it. */
function fieldOf(space: ValueSpace, value: Value, paths: readonly string[]): Value | undefined {
  for (const path of paths) {
    let found: Value | undefined = value
    for (const name of path.split('.')) found = ownField(found, name)
    if (found !== undefined) return atomicContent(space, found) ?? found
  }
  return undefined
}

function ownField(value: Value | undefined, name: string): Value | undefined {
  if (value?.shape !== 'struct') return undefined
  return value.fields().find((field) => field.name === name)?.value
}

function timeText(_space: ValueSpace, value: Value): string | undefined {
  const field = (name: string) => ownField(value, name)
  const [wall, ext, sec, nsec] = [field('wall'), field('ext'), field('sec'), field('nsec')]
  const moment =
    wall !== undefined && ext !== undefined
      ? momentOfWall(wall.bigint(), ext.bigint())
      : sec !== undefined && nsec !== undefined
        ? momentOfYear1(sec.bigint(), nsec.number())
        : undefined
  if (moment === undefined) return undefined
  const zone = zoneName(field('loc'))
  return zone === undefined ? formatMoment(moment) : `${formatMoment(moment)} (${zone})`
}

/** The name of the time's location, in which it is not shown: what the clock says there, tables tell that Go may not have loaded. */
function zoneName(location: Value | undefined): string | undefined {
  if (location === undefined || location.integer() === 0) return undefined
  const name = location.field('name').string()
  return name === '' || name === 'UTC' ? undefined : name
}

function mutexText(space: ValueSpace, value: Value): string | undefined {
  const state = fieldOf(space, value, FIELDS.mutexState)?.number()
  if (state === undefined) return undefined
  const waiters = waitersOf(space, state)
  const parts = [(state & MUTEX_LOCKED) === 0 ? 'unlocked' : 'locked']
  if (waiters > 0) parts.push(waiting(waiters))
  if (space.mutexMayStarve && (state & MUTEX_STARVING) !== 0) parts.push('starving')
  return parts.join(', ')
}

function rwMutexText(space: ValueSpace, value: Value): string | undefined {
  const count = fieldOf(space, value, FIELDS.readerCount)?.number()
  const wait = fieldOf(space, value, FIELDS.readerWait)?.number()
  const writer = ownField(value, FIELDS.writer[0])
  if (count === undefined || wait === undefined || writer === undefined) return undefined
  const pending = fieldOf(space, writer, FIELDS.mutexState)?.number() ?? 0
  const writers = waitersOf(space, pending)
  const parts: string[] = []
  if (count >= 0) {
    parts.push(count === 0 ? 'unlocked' : `locked by ${plural(count, 'reader')}`)
  } else {
    const readers = count + MAX_READERS
    // A writer that waits has made new readers wait; those that had the lock before count down readerWait.
    if (wait > 0) parts.push(`locked by ${plural(wait, 'reader')}, a writer waits`)
    else parts.push('locked by a writer')
    if (readers > wait) parts.push(`${plural(readers - wait, 'reader')} waiting`)
  }
  if (writers > 0) parts.push(`${plural(writers, 'more writer')} waiting`)
  return parts.join(', ')
}

function waitGroupText(space: ValueSpace, value: Value): string | undefined {
  const field = fieldOf(space, value, FIELDS.waitGroupState)
  if (field === undefined) return undefined
  const state = field.shape === 'array' ? alignedWord(field) : field.bigint()
  if (state === undefined) return undefined
  const counter = BigInt.asIntN(32, state >> 32n)
  const waiters = state & (BUBBLE_FLAG - 1n)
  return waiters === 0n ? `counter ${counter}` : `counter ${counter}, ${waiting(Number(waiters))}`
}

/** Until Go 1.17 the state is the word of the array that lies at a multiple of 8, for the sake of 32-bit machines. */
function alignedWord(array: Value): bigint | undefined {
  const { address } = array
  const bytes = array.bytes()
  if (address === undefined || bytes.length !== 12) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(address % 8 === 0 ? 0 : 4, true)
}

function onceText(space: ValueSpace, value: Value): string | undefined {
  const done = fieldOf(space, value, FIELDS.done)
  return done === undefined ? undefined : done.bool() ? 'done' : 'not done'
}

function waiting(waiters: number): string {
  return `${waiters} waiting`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
