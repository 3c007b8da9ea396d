/**
 * The names of one unit's types, variables and constants, collected in a single walk over the unit's top level (and its
 * namespaces), as far as lookups need it. Names are hashed straight from the bytes; a string is made only
 * for those that are asked for.
 */
import { FormatError } from '@gospy/bytes'
import { attributeClass } from './attribute-value.js'
import { DW_AT } from './constants/attribute-name.js'
import { DW_FORM } from './constants/form.js'
import { DW_TAG } from './constants/tag.js'
import { DW_LANG } from './constants/values.js'
import type { Entry } from './entry.js'
import { EntryReader } from './entry-reader.js'
import { splitName } from './qualified-name.js'
import { isTypeTag } from './types/type-table.js'
import { isSupplementaryString, type Unit } from './unit.js'

const HASH_PRIME = 0x0100_0193

/** Hash chains of a small unit, a power of two: there are twice as many each time that there are more names. */
const FIRST_CHAINS = 64

const encoder = new TextEncoder()

/** What the entry of an indexed name is. */
export type IndexedKind = 'type' | 'variable' | 'constant'

function kindOfTag(tag: number): IndexedKind | undefined {
  if (tag === DW_TAG.variable) return 'variable'
  if (tag === DW_TAG.constant) return 'constant'
  return isTypeTag(tag) ? 'type' : undefined
}

/** Languages without types or variables inside of types: their structs are not entered. */
const FLAT: ReadonlySet<number | undefined> = new Set<number | undefined>([
  DW_LANG.Go,
  DW_LANG.C89,
  DW_LANG.C,
  DW_LANG.C99,
  DW_LANG.C11,
  DW_LANG.C17,
  DW_LANG.Assembly,
  DW_LANG.Mips_Assembler,
])

interface Scope {
  /** Depth of the entry that opens the scope. */
  readonly depth: number
  /** The named scope around it; undefined for the global one. */
  readonly parent: Scope | undefined
  /** The unit and the offset in its section of the entry that has the scope's name: no string, as scopes nest without a limit. */
  readonly unit: Unit | undefined
  readonly offset: number
  readonly hash: number
}

const GLOBAL: Scope = { depth: 0, parent: undefined, unit: undefined, offset: -1, hash: 0 }

/**
 * Bytes of a name that count for its hash. Names of any length may lie on top of each other in a string table (one is the
 * tail of the other), so that looking for the end of each would cost the square of the table.
 */
const HASHED_LENGTH = 4096

/** Bytes of a name that are looked at one by one before the end is looked for natively, over a view made for that. */
const SHORT_NAME = 64

/**
 * A key for the name in `bytes[from, end)`: its length and up to twelve of its bytes (first, middle and last), which tell
 * nearly all names of a program apart. Looking at every byte would cost more than the rest of the walk.
 */
function hashBytes(start: number, bytes: Uint8Array, from: number, end: number): number {
  const length = Math.min(end - from, HASHED_LENGTH)
  const last = from + length
  let hash = start ^ Math.imul(length, HASH_PRIME)
  if (length <= 12) {
    for (let at = from; at < last; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME)
    return hash
  }
  hash = Math.imul(hash ^ fourBytes(bytes, last - 4), HASH_PRIME)
  hash = Math.imul(hash ^ fourBytes(bytes, from + (length >>> 1)), HASH_PRIME)
  hash = Math.imul(hash ^ fourBytes(bytes, from), HASH_PRIME)
  // The lowest bits choose the chain, and multiplying carries only upwards.
  return hash ^ (hash >>> 15)
}

function fourBytes(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/** A name as `UnitIndex.find` looks for it. */
export interface WantedName {
  /** UTF-8 of its scopes, outermost first, and last of the name proper. */
  readonly parts: readonly Uint8Array[]
  /** The hash of each scope goes into that of what it holds. */
  readonly hash: number
}

export function wantedName(name: string): WantedName {
  const parts = splitName(name).map((part) => encoder.encode(part))
  return { parts, hash: parts.reduce((hash, part) => hashBytes(hash, part, 0, part.length), 0) }
}

/**
 * The named entries of one unit. The walk over the unit goes no further than to what is looked for, and on from there the next time:
 * a lookup or two in a unit of megabytes do not pay for all that it holds.
 */
export class UnitIndex {
  /** Why names are missing: the walk ended early, or they are out of reach. Known when a lookup has gone to the end. */
  fault: FormatError | undefined
  readonly #unit: Unit
  // One element for each named entry: columns, not objects.
  readonly #hashes: number[] = []
  readonly #offsets: number[] = []
  readonly #kinds: IndexedKind[] = []
  readonly #scopes: Scope[] = []
  /** Last of the entries of each hash chain, and the one before each entry: index + 1, 0 for none. */
  #last = new Int32Array(FIRST_CHAINS)
  #previous: number[] = []
  /** Offset of a declaration to that of the entry that completes it (DW_AT_specification). */
  readonly #definitions = new Map<number, number>()
  /** Likewise, of declarations in other units or in the supplementary file. */
  readonly #completions = new Map<Unit, Map<number, number>>()
  /** Where the walk has got to; undefined before it began. */
  #reader: EntryReader | undefined
  #isComplete = false
  /** The scopes around the entry that the walk stands on, outermost first. */
  readonly #open: Scope[] = [GLOBAL]
  #entersTypes = true
  /** What is done with a tag, looked up once for each: the walk meets few different ones many times. */
  readonly #kindsOfTags = new Map<number, IndexedKind | undefined>()

  constructor(unit: Unit) {
    this.#unit = unit
  }

  /** Goes on to the next entry of that hash and kind and gives its index; -1 at the end of the unit, or where that is malformed. */
  #walkTo(hash: number | undefined, wanted: IndexedKind | undefined): number {
    if (this.#isComplete) return -1
    try {
      const reader = this.#reader ?? this.#begin()
      const kinds = this.#kindsOfTags
      const scopes = this.#open
      let scope = scopes[scopes.length - 1]!
      while (reader.next()) {
        while (reader.depth <= scope.depth && scopes.length > 1) {
          scopes.pop()
          scope = scopes[scopes.length - 1]!
        }
        const { tag } = reader
        let kind = kinds.get(tag)
        if (kind === undefined && !kinds.has(tag)) {
          kind = kindOfTag(tag)
          kinds.set(tag, kind)
        }
        const before = this.#hashes.length
        if (kind !== undefined) this.#add(reader, kind, scope)
        // A static member is a variable: until DWARF 5, and still for Clang, declared as a member (DWARF 4, section 5.5.6).
        else if (tag === DW_TAG.member && isStatic(reader)) this.#add(reader, 'variable', scope)
        if (reader.hasChildren) {
          if (tag === DW_TAG.namespace || tag === DW_TAG.module || (this.#entersTypes && isScope(tag))) {
            scope = innerScope(this.#unit, reader, scope)
            scopes.push(scope)
          } else {
            reader.skipChildren()
          }
        }
        if (this.#hashes.length > before && this.#hashes[before] === hash && this.#kinds[before] === wanted) {
          return before
        }
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.fault ??= error
    }
    this.#isComplete = true
    return -1
  }

  /** Moves onto the root. */
  #begin(): EntryReader {
    const reader = new EntryReader(this.#unit)
    reader.next()
    this.#entersTypes = !FLAT.has(this.#unit.language)
    this.#reader = reader
    return reader
  }

  #complete(): void {
    this.#walkTo(undefined, undefined)
  }

  #chain(index: number): void {
    const chain = this.#hashes[index]! & (this.#last.length - 1)
    this.#previous[index] = this.#last[chain]!
    this.#last[chain] = index + 1
  }

  #add(reader: EntryReader, kind: IndexedKind, scope: Scope): void {
    if (reader.abbreviation!.hasSpecification) {
      // Its name and scope are those of the declaration.
      this.#addDefinition(reader)
      return
    }
    if (!reader.find(DW_AT.name)) {
      // Of a variable, link-time optimisation writes the place apart from all else.
      if (reader.find(DW_AT.abstract_origin)) this.#addCompletion(reader, DW_AT.abstract_origin)
      return
    }
    if (this.#isOutOfReach(reader.form)) return
    this.#hashes.push(hashAttribute(this.#unit, reader.form, reader.valueOffset, scope.hash))
    this.#offsets.push(reader.offset)
    this.#kinds.push(kind)
    this.#scopes.push(scope)
    const index = this.#hashes.length - 1
    if (index < this.#last.length) {
      this.#chain(index)
      return
    }
    this.#last = new Int32Array(this.#last.length * 2)
    for (let each = 0; each <= index; each++) this.#chain(each)
  }

  /** Whether the name is in a supplementary file that was not given: the other names are found without it. */
  #isOutOfReach(form: number): boolean {
    if (!isSupplementaryString(form) || this.#unit.context.supplementary !== undefined) return false
    this.fault ??= new FormatError('names are in a supplementary file (dwz), which was not given', {
      section: this.#unit.section,
      offset: this.#unit.offset,
    })
    return true
  }

  #addDefinition(reader: EntryReader): void {
    const declaration = reader.entry().attribute(DW_AT.specification)
    const { entriesOffset, end } = this.#unit
    const offset = declaration?.class === 'reference' ? (declaration.value as number) : -1
    if (offset >= entriesOffset && offset < end) this.#definitions.set(offset, reader.offset)
    else this.#addCompletion(reader, DW_AT.specification)
  }

  /** An entry that completes one of another unit, or of the supplementary file. */
  #addCompletion(reader: EntryReader, name: number): void {
    try {
      const completed = reader.entry().reference(name)
      if (completed === undefined) return
      let completions = this.#completions.get(completed.unit)
      if (completions === undefined) {
        completions = new Map()
        this.#completions.set(completed.unit, completions)
      }
      completions.set(completed.offset, reader.offset)
    } catch (error) {
      // It has no name that could be missed here: the walk goes on.
      if (!(error instanceof FormatError)) throw error
      this.fault ??= error
    }
  }

  /** The entry of this unit that completes one of another: defines what is declared there, or says where it is. */
  completionOf(entry: Entry): Entry | undefined {
    this.#complete()
    const offset = this.#completions.get(entry.unit)?.get(entry.offset)
    return offset === undefined ? undefined : this.#unit.entry(offset)
  }

  /**
   * The entries of that kind and name, in the order of the file; for one that is declared first and defined further on in
   * the unit, the definition.
   * @param isEnough whether no entry of the unit can be better than this one: those that follow it are not looked for
   */
  find(name: WantedName, kind: IndexedKind, isEnough: (entry: Entry) => boolean): Entry[] {
    const entries: Entry[] = []
    let isDeclared = false
    for (const index of this.#indexesOf(name.hash, kind)) {
      const entry = this.#unit.entry(this.#offsets[index]!)
      if (!this.#isNamed(entry, this.#scopes[index]!, name.parts)) continue
      // What defines it may be anywhere behind.
      isDeclared = entry.flag(DW_AT.declaration)
      if (isDeclared) break
      entries.push(entry)
      if (isEnough(entry)) return entries
    }
    this.#complete()
    return isDeclared || this.#definitions.size > 0 ? this.#findAll(name, kind) : entries
  }

  #findAll(name: WantedName, kind: IndexedKind): Entry[] {
    const entries: Entry[] = []
    for (const index of this.#knownOf(name.hash, kind)) {
      const entry = this.#unit.entry(this.#offsets[index]!)
      if (!this.#isNamed(entry, this.#scopes[index]!, name.parts)) continue
      const definition = this.#definitions.get(entry.offset)
      entries.push(definition === undefined ? entry : this.#unit.entry(definition))
    }
    return entries
  }

  /** Those that the walk has met, then those that it meets while the caller asks for more. */
  *#indexesOf(hash: number, kind: IndexedKind): Generator<number, void, undefined> {
    yield* this.#knownOf(hash, kind)
    for (let index = this.#walkTo(hash, kind); index >= 0; index = this.#walkTo(hash, kind)) yield index
  }

  /** In the order of the file. */
  #knownOf(hash: number, kind: IndexedKind): number[] {
    const indexes: number[] = []
    const chain = hash & (this.#last.length - 1)
    for (let link = this.#last[chain]!; link > 0; link = this.#previous[link - 1]!) {
      const index = link - 1
      if (this.#hashes[index] === hash && this.#kinds[index] === kind) indexes.push(index)
    }
    return indexes.reverse()
  }

  #isNamed(entry: Entry, innermost: Scope, parts: readonly Uint8Array[]): boolean {
    let scope = innermost
    if (!hasName(entry, parts[parts.length - 1]!)) return false
    for (let index = parts.length - 2; index >= 0; index--) {
      if (scope.parent === undefined || !hasName(scope.unit!.entry(scope.offset), parts[index]!)) return false
      scope = scope.parent
    }
    return scope.parent === undefined
  }
}

/** Whether DW_AT_name is these bytes; compared in place, as a name that is another one may be of any length. */
function hasName(entry: Entry, wanted: Uint8Array): boolean {
  const attribute = entry.attribute(DW_AT.name)
  if (attribute?.class !== 'string') return false
  const { unit } = entry
  const bytes =
    attribute.form === DW_FORM.string
      ? unit.bytes
      : unit.stringSections(attribute.form).get(unit.stringSection(attribute.form))
  const from = unit.stringOffset(attribute.form, attribute.offset)
  // One that runs past the end of its unit is no name.
  if (attribute.form === DW_FORM.string && from + wanted.length >= unit.end) return false
  for (let index = 0; index < wanted.length; index++) if (bytes[from + index] !== wanted[index]) return false
  return bytes[from + wanted.length] === 0
}

function isStatic(reader: EntryReader): boolean {
  const { names } = reader.abbreviation!
  return names.includes(DW_AT.external) && names.includes(DW_AT.declaration)
}

function isScope(tag: number): boolean {
  return (
    tag === DW_TAG.structure_type ||
    tag === DW_TAG.class_type ||
    tag === DW_TAG.union_type ||
    tag === DW_TAG.enumeration_type
  )
}

/**
 * The names in an unnamed namespace belong to the scope around it. A type whose definition is in a type unit may have its name
 * only there.
 */
function innerScope(unit: Unit, reader: EntryReader, outer: Scope): Scope {
  const { depth, offset } = reader
  if (reader.find(DW_AT.name) && attributeClass(reader.form) === 'string') {
    return scopeNamedBy(unit, offset, reader.form, reader.valueOffset, depth, outer)
  }
  if (!reader.abbreviation!.names.includes(DW_AT.signature)) return { ...outer, depth }
  const definition = reader.entry().reference(DW_AT.signature)!
  const name = definition.attribute(DW_AT.name)
  if (name?.class !== 'string') return { ...outer, depth }
  return scopeNamedBy(definition.unit, definition.offset, name.form, name.offset, depth, outer)
}

function scopeNamedBy(
  unit: Unit,
  offset: number,
  form: number,
  valueOffset: number,
  depth: number,
  outer: Scope,
): Scope {
  // Under a hash that no name has: what is in a namespace of unknown name is not in the one around it.
  const isUnknown = isSupplementaryString(form) && unit.context.supplementary === undefined
  const hash = isUnknown ? ~outer.hash : hashAttribute(unit, form, valueOffset, outer.hash)
  return { depth, parent: outer, unit, offset, hash }
}

function hashAttribute(unit: Unit, form: number, valueOffset: number, start: number): number {
  if (form === DW_FORM.string) {
    const { bytes } = unit
    const end = bytes.indexOf(0, valueOffset)
    return hashBytes(start, bytes, valueOffset, end < 0 ? unit.end : Math.min(end, unit.end))
  }
  const bytes = unit.stringSections(form).get(unit.stringSection(form))
  const from = unit.stringOffset(form, valueOffset)
  return hashBytes(start, bytes, from, endOfName(bytes, from))
}

/** Where the name at `from` ends, as far as it counts for the hash. */
function endOfName(bytes: Uint8Array, from: number): number {
  const short = Math.min(from + SHORT_NAME, bytes.length)
  let at = from
  while (at < short && bytes[at] !== 0) at++
  if (at < short) return at
  const length = bytes.subarray(at, from + HASHED_LENGTH).indexOf(0)
  return length < 0 ? Math.max(from, Math.min(from + HASHED_LENGTH, bytes.length)) : at + length
}
