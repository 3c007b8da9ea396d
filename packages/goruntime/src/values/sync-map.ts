/** The entries of a sync.Map: a trie since Go 1.24, before that two maps of which one is read without a lock. */
import type { Type, Value } from '@gospy/dwarf'
import { atomicContent } from './atomic-value.js'
import { type ValueSpace, valueAt } from './value-space.js'

type Entries = Generator<readonly [key: Value, element: Value], void, undefined>

/** Levels of the trie: each takes four bits of a hash of 64. */
const MAX_LEVELS = 17

/** Entries with the same hash that are passed: more is damage. */
const MAX_CHAIN = 2 ** 16

/** Whether a value is one. */
export function isSyncMap(type: Type): boolean {
  return type.name === 'sync.Map'
}

/**
 * The entries, in no order that means anything.
 * @throws ValueError, UnreadableMemoryError as values do
 */
export function* syncMapEntries(space: ValueSpace, map: Value): Entries {
  const anyType = space.dwarf.findType('interface {}') ?? map.fail('holds values of no known type')
  const isTrie = map.fields().some(({ name }) => name === 'm')
  yield* isTrie ? trieEntries(space, map.field('m').field('root'), anyType) : twoMapsEntries(space, map, anyType)
}

/** src/internal/sync/hashtriemap.go, go1.24 to go1.27. */
function* trieEntries(space: ValueSpace, root: Value, anyType: Type): Entries {
  const pointer = contentOf(space, root)
  if (pointer.integer() === 0) return
  const indirect = pointer.deref()
  const entry =
    ENTRY_TYPES.map((name) => space.dwarf.findType(name)).find((type) => type !== undefined) ??
    indirect.fail('is a node of a trie whose entries are of no known type')
  yield* nodeEntries(space, indirect, { indirect: indirect.type, entry, any: anyType, visited: new Set() }, 0)
}

/** Only the functions for all types of that shape name the type of entries in most programs. */
const ENTRY_TYPES = [
  'internal/sync.entry[interface {},interface {}]',
  'internal/sync.entry[go.shape.interface {},go.shape.interface {}]',
]

interface Trie {
  readonly indirect: Type
  readonly entry: Type
  readonly any: Type
  /** Addresses of its nodes: in a tree, none is met twice. */
  readonly visited: Set<number | bigint>
}

function* nodeEntries(space: ValueSpace, indirect: Value, trie: Trie, level: number): Entries {
  const part = (entry: Value, name: string) => valueAt(space, trie.any, entry.field(name).address!)
  if (level > MAX_LEVELS) indirect.fail('is a node of a trie that is too deep')
  for (const child of indirect.field('children').items()) {
    const pointer = contentOf(space, child)
    const address = pointer.integer()
    if (address === 0) continue
    // Few wrong pointers could lead the search through every node again and again.
    if (trie.visited.has(address)) pointer.fail('leads to a node of a trie that has been met before')
    trie.visited.add(address)
    // `node`, with which both kinds of nodes begin.
    if (!pointer.deref().field('isEntry').bool()) {
      yield* nodeEntries(space, valueAt(space, trie.indirect, address), trie, level + 1)
      continue
    }
    let entry = valueAt(space, trie.entry, address)
    for (let chained = 0; ; chained++) {
      if (chained > MAX_CHAIN) entry.fail('is followed by too many with the same hash')
      yield [part(entry, 'key'), part(entry, 'value')]
      const overflow = contentOf(space, entry.field('overflow'))
      if (overflow.integer() === 0) break
      entry = valueAt(space, trie.entry, overflow.integer())
    }
  }
}

/** src/sync/map.go until go1.23. */
function* twoMapsEntries(space: ValueSpace, map: Value, anyType: Type): Entries {
  const expunged = space.variable('sync.expunged')?.integer()
  // A pointer to a readOnly, or until Go 1.19 an interface that holds one.
  const content = contentOf(space, map.field('read'))
  const isNil = content.shape === 'pointer' ? content.integer() === 0 : content.bytes().every((byte) => byte === 0)
  const read = isNil ? undefined : content.deref()
  // The other map has all that this one has, and more, or is nil.
  const entries = read !== undefined && !read.field('amended').bool() ? read.field('m') : map.field('dirty')
  for (const [key, pointer] of entries.entries()) {
    const held = contentOf(space, pointer.deref().field('p')).integer()
    if (held !== 0 && held !== expunged) yield [key, valueAt(space, anyType, held)]
  }
}

function contentOf(space: ValueSpace, value: Value): Value {
  return atomicContent(space, value) ?? value
}
