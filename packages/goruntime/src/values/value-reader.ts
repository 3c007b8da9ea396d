/** From a typed place in a process's memory to what is there, as plain data. */
import { readExactly, UnreadableMemoryError } from '@gospy/bytes'
import { type Type, type Value, ValueError } from '@gospy/dwarf'
import { readWord } from '../go-string.js'
import { atomicContent } from './atomic-value.js'
import { goKindOf } from './go-kind.js'
import { compareKeys } from './key-order.js'
import { readErrorText } from './read-error.js'
import { headOf, sameBytes } from './stable-look.js'
import { isSyncMap, syncMapEntries } from './sync-map.js'
import { CHANNELS, type DescribedType } from './type-descriptors.js'
import { typeText } from './type-text.js'
import { type ValueSpace, valueAt } from './value-space.js'
import type { ChildNode, ComplexNumber, LeftOut, ValueNode } from './value-tree.js'
import { wellKnownText } from './well-known-types.js'

/** How far values are looked into. */
export interface ReadOptions {
  /** Levels of fields, elements and map entries below each variable; 3 where nothing is said. Pointers and interfaces are none. */
  readonly depth?: number
  /** Bytes of one string, or of one array of bytes; 200 where nothing is said. */
  readonly maxString?: number
  /** Elements of one array, slice, map or channel; 64 where nothing is said. */
  readonly maxItems?: number
  /** Values altogether; 20,000 where nothing is said. */
  readonly maxValues?: number
}

export const DEFAULT_DEPTH = 3
export const DEFAULT_MAX_STRING = 200
export const DEFAULT_MAX_ITEMS = 64
export const DEFAULT_MAX_VALUES = 20_000

/** Pointers, interfaces and wrappers inside of each other: more is damage. */
const MAX_NESTING = 100

/** How often a value that changes while it is read is read. */
const LOOKS = 3

const NOT_DESCRIBED = 'the debug data do not describe its type'

/** A node while it is made. */
type Draft = { -readonly [Member in keyof ValueNode]: ValueNode[Member] }

export class ValueReader {
  readonly #space: ValueSpace
  readonly #isLive: boolean
  readonly #maxString: number
  readonly #maxItems: number
  readonly #depth: number
  #budget: number
  /** Addresses and types of what is being shown around the value. */
  readonly #around = new Set<string>()
  /** Values that did not hold still. */
  torn = 0

  /** @param isLive whether the process runs meanwhile */
  constructor(space: ValueSpace, isLive: boolean, options: ReadOptions = {}) {
    this.#space = space
    this.#isLive = isLive
    this.#depth = options.depth ?? DEFAULT_DEPTH
    this.#maxString = options.maxString ?? DEFAULT_MAX_STRING
    this.#maxItems = options.maxItems ?? DEFAULT_MAX_ITEMS
    this.#budget = options.maxValues ?? DEFAULT_MAX_VALUES
  }

  /** What a value is. What cannot be read of it is said in its place. */
  read(value: Value): ValueNode {
    return this.#node(value, this.#depth, 0)
  }

  #node(value: Value, depth: number, nesting: number): ValueNode {
    const draft = draftOf(value)
    if (this.#budget <= 0 || nesting > MAX_NESTING) return { ...draft, left: { by: 'values', count: null } }
    this.#budget--
    try {
      // Where these lead to is told, even where nothing can be read there.
      if (value.shape === 'map' || value.shape === 'channel') draft.value = targetOf(value)
      const head = this.#isLive ? headOf(value, this.#space.memory) : undefined
      if (head === undefined || value.address === undefined) return this.#filled(draft, value, depth, nesting)
      return this.#stable(value, head, depth, nesting)
    } catch (error) {
      return withError(draft, error)
    }
  }

  /** The value as it is at one moment, as far as its head tells. */
  #stable(start: Value, startHead: Uint8Array, depth: number, nesting: number): ValueNode {
    let value = start
    let head = startHead
    for (let look = 1; ; look++) {
      const torn = this.torn
      const draft = draftOf(value)
      let node: ValueNode
      try {
        node = this.#filled(draft, value, depth, nesting)
      } catch (error) {
        node = withError(draft, error)
      }
      const again = valueAt(this.#space, value.type, value.address!)
      const nextHead = headOf(again, this.#space.memory)!
      if (sameBytes(head, nextHead)) return node
      if (look === LOOKS) {
        this.torn++
        return { ...node, torn: true }
      }
      this.torn = torn
      value = again
      head = nextHead
    }
  }

  /** @param draft has what was found until then where this throws */
  #filled(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    switch (value.shape) {
      case 'integer':
      case 'character':
      case 'enum':
        draft.value = value.integer()
        this.#addText(draft, value)
        return draft
      case 'boolean':
        draft.value = value.bool()
        return draft
      case 'float':
        draft.value = value.number()
        return draft
      case 'complex':
        draft.value = complexOf(value)
        return draft
      case 'text':
        this.#string(draft, value)
        return draft
      case 'struct':
        return this.#struct(draft, value, depth, nesting)
      case 'array':
      case 'list':
        return this.#elements(draft, value, depth, nesting)
      case 'channel':
        return this.#channel(draft, value, depth, nesting)
      case 'map':
        return this.#map(draft, value, depth, nesting)
      case 'interface':
        return this.#interface(draft, value, depth, nesting)
      case 'pointer':
        return this.#pointer(draft, value, depth, nesting)
      case 'function':
        return this.#closure(draft, value.integer())
      default:
        return value.fail('is of a type that Go has not')
    }
  }

  #addText(draft: Draft, value: Value): void {
    try {
      const text = wellKnownText(this.#space, value)
      if (text !== undefined) draft.text = text
    } catch (error) {
      // What the fields say is there anyway.
      draft.error = readErrorText(error)
    }
  }

  #string(draft: Draft, value: Value): void {
    const length = value.length ?? 0
    const bytes = this.#bytes(length === 0 ? 0 : value.field('str').integer(), length)
    const text = decode(bytes, bytes.length < length)
    draft.length = length
    draft.value = text.text
    if (!text.isWhole) draft.bytes = bytes
    if (bytes.length < length) draft.left = { by: 'bytes', count: length - bytes.length }
  }

  /** Bytes at an address, as many as are shown. */
  #bytes(address: number | bigint, length: number): Uint8Array {
    const wanted = Math.min(length, this.#maxString)
    if (wanted === 0) return new Uint8Array(0)
    this.#budget -= wanted >>> 6
    return readBytes(this.#space, address, wanted)
  }

  #struct(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const content = atomicContent(this.#space, value)
    if (content !== undefined) return this.#wrapped(draft, content, depth, nesting)
    if (isSyncMap(value.type)) return this.#syncMap(draft, value, depth, nesting)
    this.#addText(draft, value)
    const fields = value.fields()
    if (depth <= 0 && fields.length > 0) {
      draft.left = { by: 'depth', count: fields.length }
      return draft
    }
    draft.children = fields.map(({ name, value: field }) => ({ name, ...this.#node(field, depth - 1, nesting + 1) }))
    return draft
  }

  /** An atomic wrapper is shown as what it holds, which is its only child. */
  #wrapped(draft: Draft, content: Value, depth: number, nesting: number): ValueNode {
    const node = this.#node(content, depth, nesting + 1)
    // A Bool has its truth value as a number.
    const isBool = /\.Bool$/.test(draft.type)
    draft.children = [
      isBool && typeof node.value === 'number'
        ? { ...node, kind: 'bool', type: 'bool', value: node.value !== 0 }
        : node,
    ]
    return draft
  }

  #elements(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const length = value.length ?? 0
    draft.length = length
    if (value.shape === 'list') {
      draft.capacity = value.capacity
      if (value.field('array').integer() === 0) draft.value = null
    }
    const type = value.type.resolve()
    const element = type?.kind === 'array' ? type.element : value.type.goElem
    if (element !== undefined && goKindOf(element) === 'uint8' && length > 0) {
      const start = value.shape === 'list' ? value.field('array').integer() : value.address
      const bytes = start === undefined ? value.bytes().subarray(0, this.#maxString) : this.#bytes(start, length)
      draft.bytes = bytes
      if (bytes.length < length) draft.left = { by: 'bytes', count: length - bytes.length }
      return draft
    }
    return this.#items(draft, value.items(), length, depth, nesting)
  }

  /** Adds elements, as many as are shown. Where memory ends before them, that is said once, and not of each. */
  #items(draft: Draft, items: Iterator<Value>, length: number, depth: number, nesting: number): ValueNode {
    return this.#children(draft, length, depth, () => {
      const { value, done } = items.next()
      if (done) return undefined
      const { error } = value
      if (!(error instanceof UnreadableMemoryError)) return this.#node(value, depth - 1, nesting + 1)
      draft.error = readErrorText(error)
      return undefined
    })
  }

  #children(draft: Draft, length: number, depth: number, next: (index: number) => ValueNode | undefined): ValueNode {
    if (length > 0 && depth <= 0) {
      draft.left = { by: 'depth', count: length }
      return draft
    }
    const children: ChildNode[] = []
    while (children.length < Math.min(length, this.#maxItems) && this.#budget > 0) {
      const child = next(children.length)
      if (child === undefined) break
      children.push(child)
    }
    draft.children = children
    if (children.length < length) draft.left = this.#rest(length - children.length)
    return draft
  }

  #rest(count: number | null): LeftOut {
    return { by: this.#budget <= 0 ? 'values' : 'items', count }
  }

  #channel(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const address = value.integer()
    draft.value = targetOf(value)
    if (address === 0) return draft
    const length = value.length ?? 0
    draft.length = length
    draft.capacity = value.capacity
    const type = value.type.resolve()
    const header =
      type?.kind === 'pointer' && type.target !== undefined ? valueAt(this.#space, type.target, address) : undefined
    if (header !== undefined) draft.closed = header.field('closed').bool()
    return this.#items(draft, value.items(), length, depth, nesting)
  }

  #map(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const address = value.integer()
    draft.value = targetOf(value)
    if (address === 0) return draft
    const length = value.length ?? 0
    draft.length = length
    const key = `${address}/${value.type.entry.offset}`
    return this.#within(draft, key, () => this.#entries(draft, value.entries(), length, depth, nesting))
  }

  #syncMap(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    // Nowhere is it written how many there are.
    const shown: (readonly [Value, Value])[] = []
    let length = 0
    try {
      for (const entry of syncMapEntries(this.#space, value)) {
        if (length++ < this.#maxItems) shown.push(entry)
      }
    } catch (error) {
      draft.error = readErrorText(error)
    }
    draft.length = length
    return this.#entries(draft, shown, length, depth, nesting)
  }

  #entries(
    draft: Draft,
    entries: Iterable<readonly [key: Value, element: Value]>,
    length: number,
    depth: number,
    nesting: number,
  ): ValueNode {
    if (length > 0 && depth <= 0) {
      draft.left = { by: 'depth', count: length }
      return draft
    }
    const children: ChildNode[] = []
    draft.children = children
    try {
      for (const [key, element] of length === 0 ? [] : entries) {
        if (children.length >= this.#maxItems || this.#budget <= 0) break
        const keyNode = this.#node(key, depth - 1, nesting + 1)
        children.push({ key: keyNode, ...this.#node(element, depth - 1, nesting + 1) })
      }
    } catch (error) {
      // The entries before are as good as they were.
      draft.error = readErrorText(error)
    }
    if (children.length < length && draft.error === undefined) draft.left = this.#rest(length - children.length)
    children.sort((a, b) => compareKeys(a.key!, b.key!))
    return draft
  }

  #interface(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const [type, data] = value.fields()
    if (type === undefined || data === undefined) return value.fail('is no interface that is made as it should be')
    if (type.value.integer() === 0) {
      draft.value = null
      return draft
    }
    const descriptor = type.name === '_type' ? type.value.number() : typeOfTable(type.value)
    draft.children = [
      this.#space.options.goType?.(descriptor) === undefined
        ? this.#held(descriptor, data.value, depth, nesting + 1)
        : this.#node(value.deref(), depth, nesting + 1),
    ]
    return draft
  }

  /** What an interface holds, of a type that only its descriptor tells. @param data the interface's second word */
  #held(descriptor: number, data: Value, depth: number, nesting: number): ValueNode {
    if (!this.#space.descriptors.isPointerShaped(descriptor))
      return this.#described(descriptor, data.number(), depth, nesting)
    return data.address === undefined
      ? data.fail('lies at no address')
      : this.#described(descriptor, data.address, depth, nesting)
  }

  /** The value at an address, of the type of a descriptor. */
  #described(descriptor: number, at: number | bigint, depth: number, nesting: number): ValueNode {
    const type = this.#space.options.goType?.(descriptor)
    const address = addressOf(at)
    if (type !== undefined) return this.#node(valueAt(this.#space, type, address), depth, nesting)
    const described = this.#space.descriptors.at(descriptor)
    const draft: Draft = { kind: described.kind, type: this.#space.descriptors.fullName(descriptor), address }
    if (this.#budget <= 0 || nesting > MAX_NESTING) return { ...draft, left: { by: 'values', count: null } }
    this.#budget--
    try {
      return this.#describedParts(draft, described, address, depth, nesting)
    } catch (error) {
      return { ...draft, error: readErrorText(error) }
    }
  }

  #describedParts(draft: Draft, type: DescribedType, address: number, depth: number, nesting: number): ValueNode {
    const part = (descriptor: number, offset: number) =>
      this.#described(descriptor, address + offset, depth - 1, nesting + 1)
    switch (type.kind) {
      case 'struct': {
        const fields = type.fields!
        if (depth <= 0 && fields.length > 0) draft.left = { by: 'depth', count: fields.length }
        else draft.children = fields.map(({ name, descriptor, offset }) => ({ name, ...part(descriptor, offset) }))
        return draft
      }
      case 'array':
      case 'slice':
        return this.#describedElements(draft, type, address, depth, nesting)
      case 'pointer':
      case 'func': {
        const [target] = this.#words(address, 1)
        if (type.kind === 'func') return this.#closure(draft, target!)
        draft.value = target === 0 ? null : hexOf(target!)
        if (target === 0) return draft
        return this.#within(draft, `${target}/${type.name}`, () => {
          draft.children = [this.#described(type.element!, target!, depth, nesting + 1)]
          return draft
        })
      }
      case 'map':
      case 'chan': {
        const own = this.#unnamed(type)
        if (own !== undefined)
          return { ...this.#node(valueAt(this.#space, own, address), depth, nesting), type: draft.type }
        const [target] = this.#words(address, 1)
        draft.value = target === 0 ? null : hexOf(target!)
        if (target !== 0) draft.error = NOT_DESCRIBED
        return draft
      }
      default: {
        // One of the language's own types, under another name.
        const name = type.kind === 'interface' ? (type.isEmpty ? 'interface {}' : 'error') : type.kind
        const own = this.#space.dwarf.findType(name)
        if (own === undefined) throw new ValueError(NOT_DESCRIBED)
        return { ...this.#node(valueAt(this.#space, own, address), depth, nesting), type: draft.type }
      }
    }
  }

  /** The map or channel type with the same keys and elements that has no name of its own: what is in both is made alike. */
  #unnamed({ kind, key, element, direction }: DescribedType): Type | undefined {
    const { options, descriptors, dwarf } = this.#space
    const nameOf = (type: number) => options.goType?.(type)?.describe() ?? descriptors.fullName(type)
    const name = kind === 'map' ? `map[${nameOf(key!)}]` : (CHANNELS.get(direction ?? 0) ?? '')
    return dwarf.findType(`${name}${nameOf(element!)}`)
  }

  #describedElements(draft: Draft, type: DescribedType, at: number, depth: number, nesting: number): ValueNode {
    let [start, length]: (number | bigint)[] = [at, type.length!]
    if (type.kind === 'slice') {
      const [array, count, capacity] = this.#words(at, 3)
      if (typeof count === 'bigint' || typeof capacity === 'bigint') throw new ValueError(`has a length of ${count}`)
      draft.capacity = capacity!
      if (array === 0) draft.value = null
      ;[start, length] = [array!, count!]
    }
    draft.length = Number(length)
    const element = this.#space.descriptors.at(type.element!)
    if (element.kind === 'uint8' && draft.length > 0) {
      draft.bytes = this.#bytes(start!, draft.length)
      if (draft.bytes.length < draft.length) draft.left = { by: 'bytes', count: draft.length - draft.bytes.length }
      return draft
    }
    return this.#children(draft, draft.length, depth, (index) =>
      this.#described(type.element!, addressOf(start!) + index * element.size, depth - 1, nesting + 1),
    )
  }

  #words(address: number | bigint, count: number): (number | bigint)[] {
    const bytes = readBytes(this.#space, address, count * 8)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return Array.from({ length: count }, (_, index) => wordOf(view, index * 8))
  }

  #pointer(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const address = value.integer()
    draft.value = targetOf(value)
    const type = value.type.resolve()
    const target = type?.kind === 'pointer' ? type.target : undefined
    if (address === 0 || target?.resolve() === undefined) return draft
    return this.#within(draft, `${address}/${value.type.entry.offset}`, () => {
      draft.children = [this.#pointee(value.deref(), depth, nesting + 1)]
      return draft
    })
  }

  /** Where a pointer leads nowhere, that is said once, and not of each field. */
  #pointee(value: Value, depth: number, nesting: number): ValueNode {
    try {
      if ((value.type.size ?? 0) > 0) readBytes(this.#space, value.address!, 1)
    } catch (error) {
      return { ...draftOf(value), error: readErrorText(error) }
    }
    return this.#node(value, depth, nesting)
  }

  /** What a pointer or map leads to, unless it leads back to what is being shown. */
  #within(draft: Draft, key: string, show: () => ValueNode): ValueNode {
    if (this.#around.has(key)) {
      draft.left = { by: 'cycle', count: null }
      return draft
    }
    this.#around.add(key)
    try {
      return show()
    } finally {
      this.#around.delete(key)
    }
  }

  /** A function is a pointer to a closure, which begins with the address of its code (src/runtime/runtime2.go, funcval). */
  #closure(draft: Draft, closure: number | bigint): ValueNode {
    draft.value = closure === 0 ? null : hexOf(closure)
    if (closure === 0) return draft
    const [code] = this.#words(closure, 1)
    draft.function = this.#space.functionAt(Number(code)) ?? null
    return draft
  }
}

/** The descriptor in an interface table: `_type` of runtime.itab, since Go 1.22 `Type` of internal/abi.ITab. */
function typeOfTable(pointer: Value): number {
  const table = pointer.deref()
  const type = table.fields().find(({ name }) => name === '_type' || name === 'Type')
  return type === undefined ? table.fail('has no type') : type.value.number()
}

/** What is known of a value that could not be read to its end, and why. @throws the error itself where it says nothing of a value */
function withError(draft: Draft, error: unknown): ValueNode {
  return { ...draft, error: readErrorText(error) }
}

function draftOf(value: Value): Draft {
  return { kind: goKindOf(value.type), type: typeText(value.type), address: value.address ?? null }
}

/** The address that a pointer, map or channel holds; null for nil. */
function targetOf(value: Value): string | null {
  const address = value.integer()
  return address === 0 ? null : hexOf(address)
}

/** A word as a number, or where that is not exact as a bigint. */
function wordOf(view: DataView, at: number): number | bigint {
  const word = readWord(view, at)
  return Number.isNaN(word) ? view.getBigUint64(at, true) : word
}

/** @throws ValueError for an address above 2^53 */
function addressOf(address: number | bigint): number {
  if (typeof address === 'bigint') throw new ValueError(`nothing can be read at ${hexOf(address)}`)
  return address
}

function hexOf(address: number | bigint): string {
  return `0x${address.toString(16)}`
}

/** @throws UnreadableMemoryError; ValueError for an address above 2^53 */
function readBytes(space: ValueSpace, address: number | bigint, length: number): Uint8Array {
  return readExactly(space.memory, addressOf(address), length)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const anyBytes = new TextDecoder('utf-8', { ignoreBOM: true })

/** Bytes as text, and whether they are UTF-8 throughout; of a text that was cut, but for its last character. */
function decode(bytes: Uint8Array, isCut: boolean): { readonly text: string; readonly isWhole: boolean } {
  const attempts = isCut ? 4 : 1
  for (let less = 0; less < attempts && less <= bytes.length; less++) {
    try {
      return { text: utf8.decode(bytes.subarray(0, bytes.length - less)), isWhole: true }
    } catch {
      // A character of up to four bytes may be cut.
    }
  }
  return { text: anyBytes.decode(bytes), isWhole: false }
}

function complexOf(value: Value): ComplexNumber {
  const bytes = value.bytes()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return bytes.length === 8
    ? { real: view.getFloat32(0, true), imaginary: view.getFloat32(4, true) }
    : { real: view.getFloat64(0, true), imaginary: view.getFloat64(8, true) }
}
