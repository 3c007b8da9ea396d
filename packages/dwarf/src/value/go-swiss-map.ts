/**
 * Go's maps since 1.24: groups of eight slots with a control word, in tables that a directory leads to; of up to eight entries
 * a single group (internal/runtime/maps, go1.24 to go1.27).
 */
import { UnreadableMemoryError } from '@gospy/bytes'
import type { Type } from '../types/type.js'
import { inSlot, MAX_EMPTY } from './go-slot.js'
import type { Value } from './value.js'

const SLOTS = 8

/** Of a control byte: the slot is empty or deleted. */
const NOT_FULL = 0x80

type Entries = Generator<readonly [key: Value, element: Value], void, undefined>

/** The entries of the map whose `maps.Map` this is. */
export function* swissMapEntries(header: Value, key: Type, element: Type): Entries {
  const directory = header.field('dirPtr')
  if (header.field('used').integer() === 0 || directory.integer() === 0) return
  const table = tableType(directory) ?? header.fail('has no tables that are made as they should be')
  const length = header.field('dirLen').number()
  if (length === 0) {
    const groups = fieldType(fieldType(table, 'groups') ?? table, 'data')?.resolve()
    const group = groups?.kind === 'pointer' ? groups.target : undefined
    const only = directory.pointee(group ?? header.fail('has no groups that are made as they should be'))
    yield* groupEntries(only, only.address!, key, element)
    return
  }
  // A table stands in the directory as often as its hashes take up bits fewer than the directory's, one after another.
  const first = directory.deref()
  let last: number | bigint = 0
  let empty = 0
  for (let index = 0; index < length; index++) {
    const entry = first.elsewhere(first.type, first.address! + index * first.size)
    const address = entry.integer()
    if (++empty > MAX_EMPTY) header.fail('is a map of tables without entries')
    if (address === last || address === 0) continue
    last = address
    for (const found of tableEntries(entry.pointee(table), key, element)) {
      empty = 0
      yield found
    }
  }
}

function* tableEntries(table: Value, key: Type, element: Type): Entries {
  const groups = table.field('groups')
  const count = groups.field('lengthMask').number() + 1
  const first = groups.field('data').deref()
  const { size } = first
  const start = first.address!
  let empty = 0
  for (let index = 0; index < count; index++) {
    if (++empty > MAX_EMPTY) table.fail('is a table of groups without entries')
    for (const found of groupEntries(first, start + index * size, key, element)) {
      empty = 0
      yield found
    }
  }
}

/** @param model any group, for its type */
function* groupEntries(model: Value, address: number, key: Type, element: Type): Entries {
  const { memory } = model.context
  if (memory === undefined) return
  // The group is read at once: slots may be written meanwhile, but for those of one entry the moment is the same.
  const bytes = new Uint8Array(model.size)
  const read = memory.read(address, bytes)
  if (read < bytes.length) throw new UnreadableMemoryError(address, bytes.length, read)
  let group: Value | undefined
  for (let slot = 0; slot < SLOTS; slot++) {
    // Control bytes are those of one integer.
    if ((bytes[model.littleEndian ? slot : SLOTS - 1 - slot]! & NOT_FULL) !== 0) continue
    group ??= model.copied(model.type, address, bytes)
    // Slots of key and element, or with GOEXPERIMENT=mapsplitgroup all keys before all elements.
    const names = group.fields().map(({ name }) => name)
    const [keySlot, elementSlot] = names.includes('slots')
      ? [group.field('slots').at(slot).field('key'), group.field('slots').at(slot).field('elem')]
      : [group.field('keys').at(slot), group.field('elems').at(slot)]
    yield [inSlot(keySlot, key), inSlot(elementSlot, element)]
  }
}

/** `table<K,V>` of `dirPtr **table<K,V>`. */
function tableType(directory: Value): Type | undefined {
  const outer = directory.type.resolve()
  const inner = outer?.kind === 'pointer' ? outer.target?.resolve() : undefined
  return inner?.kind === 'pointer' ? inner.target : undefined
}

function fieldType(type: Type, name: string): Type | undefined {
  const struct = type.resolve()
  if (struct?.kind !== 'struct') return undefined
  return struct.fields.find((field) => field.name === name)?.type
}
