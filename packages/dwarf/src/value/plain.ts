/** Values as plain data. */

import { isTextCharacter, wideCharacterName } from './characters.js'
import { toDouble } from './floating-point.js'
import { readComplex, readDecimal } from './scalar.js'
import { codePoint } from './text.js'
import type { Value } from './value.js'
import { toReadError } from './value-error.js'
import { charactersOf } from './value-text.js'

/** How far `toJS` goes. */
export interface PlainOptions {
  /** Pointers that are followed one behind the other; 3 where nothing is said. */
  readonly depth?: number
  /** Elements of one array, list or map; 100 where nothing is said. */
  readonly maxItems?: number
  /** Bytes of one string; 4096 where nothing is said. */
  readonly maxBytes?: number
  /** Values in all; 4000 where nothing is said. */
  readonly maxValues?: number
}

/**
 * Plain data: `{ error }` for what cannot be read, `{ more }` as the last element for elements that were left out (`true` where
 * nobody knows how many).
 */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue }

/** Structs and arrays in each other: more is a type that holds itself. */
const MAX_NESTING = 64

/** The value as plain data, see `Value.toJS`. */
export function toPlain(value: Value, options: PlainOptions): PlainValue {
  return new PlainWriter(options).write(value, options.depth ?? 3, 0)
}

class PlainWriter {
  readonly #maxItems: number
  readonly #maxBytes: number
  #budget: number
  /** Addresses and types of the pointers that are being followed. */
  readonly #following = new Set<string>()

  constructor(options: PlainOptions) {
    this.#maxItems = options.maxItems ?? 100
    this.#maxBytes = options.maxBytes ?? 4096
    this.#budget = options.maxValues ?? 4000
  }

  write(value: Value, depth: number, nesting: number): PlainValue {
    if (this.#budget <= 0) return { error: 'too many values' }
    if (nesting > MAX_NESTING) return { error: 'nested too deep' }
    this.#budget--
    try {
      return this.#write(value, depth, nesting + 1)
    } catch (error) {
      return { error: toReadError(error).message }
    }
  }

  #write(value: Value, depth: number, nesting: number): PlainValue {
    switch (value.shape) {
      case 'integer':
        return value.type.resolve()?.kind === 'base' ? integerOrFixed(value) : value.integer()
      case 'character':
        return isTextCharacter(value.type) && isText(value) ? codePoint(Number(value.integer())) : value.integer()
      case 'boolean':
        return value.bool()
      case 'float':
        return value.number()
      case 'complex': {
        const parts = readComplex(value)
        if (parts === undefined) return value.fail('is of no format that is known')
        return { real: toDouble(parts[0]), imaginary: toDouble(parts[1]) }
      }
      case 'decimal':
        return readDecimal(value) ?? value.number()
      case 'enum':
        return value.enumerator() ?? value.integer()
      case 'pointer':
        return this.#pointer(value, depth, nesting)
      case 'reference':
        return this.write(value.deref(), depth, nesting)
      case 'member pointer':
        return value.size > value.type.entry.unit.addressSize ? hexOf(value.bytes()) : value.integer()
      case 'function':
        return addressOf(value.integer())
      case 'struct':
        return this.#struct(value, depth, nesting)
      case 'variants':
        return this.#variants(value, depth, nesting)
      case 'array':
        return charactersOf(value) === undefined ? this.#items(value, depth, nesting) : this.#text(value)
      case 'list':
      case 'channel':
        return this.#list(value, depth, nesting)
      case 'text':
      case 'fixed text':
        return this.#text(value)
      case 'map':
        return this.#map(value, depth, nesting)
      case 'interface':
        return this.#interface(value, depth, nesting)
      default:
        return null
    }
  }

  /** Text counts as one value for every 64 bytes: the strings of all values may be long. */
  #text(value: Value): string {
    const text = value.string(Math.min(this.#maxBytes, this.#budget * 64))
    this.#budget -= text.length >>> 6
    return text
  }

  #pointer(value: Value, depth: number, nesting: number): PlainValue {
    const address = value.integer()
    if (address === 0) return null
    const type = value.type.resolve()
    const target = type?.kind === 'pointer' ? type.target : undefined
    if (depth > 0 && isTextCharacter(target)) return this.#text(value)
    const isOpaque = target === undefined || target.resolve() === undefined || target.resolve()?.kind === 'subroutine'
    if (isOpaque || depth <= 0) return addressOf(address)
    return this.#once(value, address, () => this.write(value.deref(), depth - 1, nesting))
  }

  /** What a pointer leads to, or its address where it leads back to what is being written. */
  #once(value: Value, address: number | bigint, run: () => PlainValue): PlainValue {
    const key = `${address}/${value.type.entry.unit.section}/${value.type.entry.offset}`
    if (this.#following.has(key)) return addressOf(address)
    this.#following.add(key)
    try {
      return run()
    } finally {
      this.#following.delete(key)
    }
  }

  #struct(value: Value, depth: number, nesting: number): PlainValue {
    const properties: (readonly [string, PlainValue])[] = []
    for (const { name, value: field } of value.fields()) {
      if (this.#budget <= 0) break
      const written = this.write(field, depth, nesting)
      // The members of an unnamed struct or union are members of the one around it.
      if (name === '' && isObject(written)) properties.push(...Object.entries(written))
      else properties.push([name, written])
    }
    return Object.fromEntries(properties)
  }

  /** `None` as 'None', `Some(5)` as { Some: 5 }, `Move { x, y }` as { Move: { x, y } }. */
  #variants(value: Value, depth: number, nesting: number): PlainValue {
    const variant = value.variant()
    if (variant === undefined) return { error: 'none of the variants is there' }
    const fields = variant.value.fields()
    if (fields.length === 0) return variant.name
    const isTuple = fields.every(({ name }, index) => name === `__${index}`)
    const inner =
      isTuple && fields.length === 1
        ? this.write(fields[0]!.value, depth, nesting)
        : isTuple
          ? fields.map((field) => this.write(field.value, depth, nesting))
          : this.write(variant.value, depth, nesting)
    return Object.fromEntries([[variant.name, inner]])
  }

  #items(value: Value, depth: number, nesting: number): PlainValue {
    const items: PlainValue[] = []
    for (const item of value.items()) {
      if (items.length >= this.#maxItems || this.#budget <= 0) {
        items.push({ more: (value.length ?? items.length) - items.length })
        break
      }
      items.push(this.write(item, depth, nesting))
    }
    return items
  }

  #list(value: Value, depth: number, nesting: number): PlainValue {
    if (value.shape === 'channel' && value.integer() === 0) return null
    if (value.length === 0) return isNilSlice(value) ? null : []
    return depth <= 0 ? [{ more: value.length ?? 0 }] : this.#items(value, depth - 1, nesting)
  }

  #map(value: Value, depth: number, nesting: number): PlainValue {
    const address = value.integer()
    if (address === 0) return null
    return this.#once(value, address, () => {
      const pairs: (readonly [PlainValue, PlainValue])[] = []
      let more = 0
      const length = value.length ?? 0
      if (depth <= 0 && length > 0) return [{ more: length }]
      for (const [key, element] of value.entries()) {
        if (pairs.length >= this.#maxItems || this.#budget <= 0) {
          more = Math.max(1, length - pairs.length)
          break
        }
        pairs.push([this.write(key, depth - 1, nesting), this.write(element, depth - 1, nesting)])
      }
      const isPlain = more === 0 && pairs.every(([key]) => typeof key === 'string' || typeof key === 'number')
      if (isPlain) return Object.fromEntries(pairs)
      return more === 0 ? pairs : [...pairs, { more }]
    })
  }

  #interface(value: Value, depth: number, nesting: number): PlainValue {
    const [type, data] = value.fields()
    if (type === undefined || data === undefined) return value.fail('is no interface that is made as it should be')
    if (type.value.integer() === 0) return null
    if (value.context.options.goType === undefined || depth <= 0) return addressOf(data.value.integer())
    const held = value.deref()
    return held.shape === 'pointer' ? this.write(held, depth, nesting) : this.write(held, depth - 1, nesting)
  }
}

function isObject(value: PlainValue): value is { readonly [name: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Go tells a nil slice from an empty one by its pointer. */
function isNilSlice(value: Value): boolean {
  return value.type.goElem !== undefined && value.shape === 'list' && value.field('array').integer() === 0
}

/** C's char is a character; signed char and unsigned char are small integers as often as not, so numbers. */
function isText(value: Value): boolean {
  const { name = '' } = value.type.resolve() ?? value.type
  return name === 'char' || wideCharacterName(value.type) !== undefined
}

function integerOrFixed(value: Value): PlainValue {
  const integer = value.integer()
  return typeof integer === 'bigint' ? integer : value.number()
}

function addressOf(address: number | bigint): string | null {
  return address === 0 ? null : `0x${address.toString(16)}`
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
