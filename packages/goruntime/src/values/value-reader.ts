/** From a typed place in a process's memory to what is there, as plain data. */
import { readExactly } from '@gospy/bytes'
import { type Type, type Value, ValueError } from '@gospy/dwarf'
import { readWord } from '../go-string.js'
import { atomicContent } from './atomic-value.js'
import { goKindOf } from './go-kind.js'
import { readErrorText } from './read-error.js'
import { headOf, sameBytes } from './stable-look.js'
import { isSyncMap, syncMapEntries } from './sync-map.js'
import type { DescribedType } from './type-descriptors.js'
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
const DEFAULT_MAX_VALUES = 20_000

/** Pointers, interfaces and wrappers inside of each other: more is damage. */
const MAX_NESTING = 100

/** How often a value that changes while it is read is read. */
const LOOKS = 3

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
      const head = this.#isLive ? headOf(value, this.#space.memory) : undefined
      if (head === undefined || value.address === undefined) return this.#filled(value, depth, nesting)
      return this.#stable(value, head, depth, nesting)
    } catch (error) {
      return { ...draft, error: readErrorText(error) }
    }
  }

  /** The value as it is at one moment, as far as its head tells. */
  #stable(start: Value, startHead: Uint8Array, depth: number, nesting: number): ValueNode {
    let value = start
    let head = startHead
    for (let look = 1; ; look++) {
      const torn = this.torn
      let node = draftOf(value)
      let failure: unknown
      try {
        node = this.#filled(value, depth, nesting)
      } catch (error) {
        failure = error
      }
      const again = valueAt(this.#space, value.type, value.address!)
      const nextHead = headOf(again, this.#space.memory)!
      if (sameBytes(head, nextHead)) {
        if (failure !== undefined) throw failure
        return node
      }
      if (look === LOOKS) {
        this.torn++
        return failure === undefined ? { ...node, torn: true } : { ...node, torn: true, error: readErrorText(failure) }
      }
      this.torn = torn
      value = again
      head = nextHead
    }
  }

  #filled(value: Value, depth: number, nesting: number): ValueNode {
    const draft = draftOf(value)
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

  /** Adds elements, as many as are shown. */
  #items(draft: Draft, items: Iterator<Value>, length: number, depth: number, nesting: number): ValueNode {
    return this.#children(draft, length, depth, () => {
      const { value, done } = items.next()
      return done ? undefined : this.#node(value, depth - 1, nesting + 1)
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
    draft.value = address === 0 ? null : hexOf(address)
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
    draft.value = address === 0 ? null : hexOf(address)
    if (address === 0) return draft
    const length = value.length ?? 0
    draft.length = length
    return this.#within(draft, value, address, () => this.#entries(draft, value.entries(), length, depth, nesting))
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
  #described(descriptor: number, address: number, depth: number, nesting: number): ValueNode {
    const type = this.#space.options.goType?.(descriptor)
    if (type !== undefined) return this.#node(valueAt(this.#space, type, address), depth, nesting)
    const described = this.#space.descriptors.at(descriptor)
    const draft: Draft = { kind: described.kind, type: described.name, address }
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
        const target = readWord(this.#words(address, 1), 0)
        if (type.kind === 'func') return this.#closure(draft, target)
        draft.value = target === 0 ? null : hexOf(target)
        if (target !== 0) draft.children = [this.#described(type.element!, target, depth, nesting + 1)]
        return draft
      }
      case 'map':
      case 'chan': {
        const target = readWord(this.#words(address, 1), 0)
        draft.value = target === 0 ? null : hexOf(target)
        if (target !== 0) draft.error = 'the debug data do not describe its type'
        return draft
      }
      default: {
        // One of the language's own types, under another name.
        const name = type.kind === 'interface' ? (type.isEmpty ? 'interface {}' : 'error') : type.kind
        const own = this.#space.dwarf.findType(name)
        if (own === undefined) throw new ValueError('the debug data do not describe its type')
        return { ...this.#node(valueAt(this.#space, own, address), depth, nesting), type: type.name }
      }
    }
  }

  #describedElements(draft: Draft, type: DescribedType, at: number, depth: number, nesting: number): ValueNode {
    const words = type.kind === 'slice' ? this.#words(at, 3) : undefined
    const start = words === undefined ? at : readWord(words, 0)
    const length = words === undefined ? type.length! : readWord(words, 8)
    draft.length = length
    if (words !== undefined) draft.capacity = readWord(words, 16)
    if (words !== undefined && start === 0) draft.value = null
    const element = type.element!
    const { size } = this.#space.descriptors.at(element)
    return this.#children(draft, length, depth, (index) =>
      this.#described(element, start + index * size, depth - 1, nesting + 1),
    )
  }

  #words(address: number, count: number): DataView {
    const bytes = readBytes(this.#space, address, count * 8)
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  #pointer(draft: Draft, value: Value, depth: number, nesting: number): ValueNode {
    const address = value.integer()
    draft.value = address === 0 ? null : hexOf(address)
    const type = value.type.resolve()
    const target = type?.kind === 'pointer' ? type.target : undefined
    if (address === 0 || target?.resolve() === undefined) return draft
    return this.#within(draft, value, address, () => {
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
  #within(draft: Draft, value: Value, address: number | bigint, show: () => ValueNode): ValueNode {
    const key = `${address}/${value.type.entry.offset}`
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
    const code = readBytes(this.#space, closure, 8)
    draft.function = this.#space.functionAt(readWord(new DataView(code.buffer, code.byteOffset), 0)) ?? null
    return draft
  }
}

/** The descriptor in an interface table: `_type` of runtime.itab, since Go 1.22 `Type` of internal/abi.ITab. */
function typeOfTable(pointer: Value): number {
  const table = pointer.deref()
  const type = table.fields().find(({ name }) => name === '_type' || name === 'Type')
  return type === undefined ? table.fail('has no type') : type.value.number()
}

function draftOf(value: Value): Draft {
  return { kind: goKindOf(value.type), type: typeText(value.type), address: value.address ?? null }
}

/** Until Go 1.19 types that are declared in functions have a number behind their name that Go does not show. */
export function typeText(type: Type): string {
  return type.describe().replace(/·\d+/g, '')
}

function hexOf(address: number | bigint): string {
  return `0x${address.toString(16)}`
}

/** @throws UnreadableMemoryError; ValueError for an address above 2^53 */
function readBytes(space: ValueSpace, address: number | bigint, length: number): Uint8Array {
  if (typeof address === 'bigint') throw new ValueError(`nothing can be read at ${hexOf(address)}`)
  return readExactly(space.memory, address, length)
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

/** Numbers and strings in their order, as fmt prints maps; other keys as they came. */
function compareKeys(a: ValueNode, b: ValueNode): number {
  const [left, right] = [a.children?.[0]?.value ?? a.value, b.children?.[0]?.value ?? b.value]
  const isOrdered = (value: unknown) =>
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
  if (!isOrdered(left) || !isOrdered(right) || (typeof left === 'string') !== (typeof right === 'string')) return 0
  return left! < right! ? -1 : left! > right! ? 1 : 0
}
