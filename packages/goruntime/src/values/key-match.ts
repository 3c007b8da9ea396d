/** Whether a key of a map is what somebody wrote for it. */
import { readExactly } from '@gospy/bytes'
import { type Value, ValueError } from '@gospy/dwarf'
import { goKindOf } from './go-kind.js'
import { type KeyLiteral, withType } from './key-literal.js'
import { typeText } from './type-text.js'
import type { ValueSpace } from './value-space.js'
import { wellKnownText } from './well-known-types.js'

/**
 * How a key is what was written: not at all; as a value of another type than Go would take it for, which only interfaces hold
 * besides others; or altogether.
 */
export type KeyMatch = 'none' | 'other type' | 'whole'

/** @throws ValueError, UnreadableMemoryError as values do */
export function matchKey(space: ValueSpace, key: Value, literal: KeyLiteral): KeyMatch {
  if (key.shape !== 'interface') return isKey(space, key, literal) ? 'whole' : 'none'
  if (isNil(literal)) return key.bytes().subarray(0, 8).some(Boolean) ? 'none' : 'whole'
  const held = heldBy(key)
  if (held === undefined) return 'none'
  const type = typeText(held.type)
  const typed = literal.kind === 'parts' ? literal : withType(literal)
  if (typed?.type !== undefined && isKey(space, held, typed)) return 'whole'
  if (!isKey(space, held, literal)) return 'none'
  return defaultTypes(literal).includes(type) ? 'whole' : 'other type'
}

/** What an interface holds; undefined for nil and for types that the debug data have not. */
function heldBy(key: Value): Value | undefined {
  try {
    return key.deref()
  } catch (error) {
    if (error instanceof ValueError) return undefined
    throw error
  }
}

/** What Go takes a constant for where nothing says its type. */
function defaultTypes({ kind, text }: KeyLiteral & { readonly text?: string }): readonly string[] {
  if (kind === 'quoted') return ['string']
  if (kind === 'parts') return []
  if (/^(true|false)$/.test(text!)) return ['bool']
  return integerOf(text!) === undefined ? ['float64', 'complex128', 'string'] : ['int']
}

function isKey(space: ValueSpace, key: Value, literal: KeyLiteral): boolean {
  if (literal.type !== undefined && literal.type !== typeText(key.type)) return false
  if (literal.kind !== 'parts' && wellKnownText(space, key) === literal.text) return true
  switch (key.shape) {
    case 'text':
      return literal.kind !== 'parts' && isText(space, key, literal)
    case 'integer':
    case 'character':
    case 'enum':
      return isInteger(key, literal)
    case 'pointer':
    case 'channel':
      return isNil(literal) ? key.integer() === 0 : isInteger(key, literal)
    case 'boolean':
      return literal.kind === 'bare' && literal.text === String(key.bool())
    case 'float':
      return literal.kind === 'bare' && isFloat(key.number(), floatOf(literal.text), key.size === 4)
    case 'complex':
      return literal.kind === 'bare' && isComplex(key, literal.text)
    case 'array':
      return isArray(space, key, literal)
    case 'struct':
      return literal.kind === 'parts' && isStruct(space, key, literal)
    case 'interface':
      return matchKey(space, key, literal) !== 'none'
    default:
      return false
  }
}

function isNil({ kind, text }: KeyLiteral & { readonly text?: string }): boolean {
  return kind === 'bare' && text === 'nil'
}

function isText(space: ValueSpace, key: Value, literal: KeyLiteral & { readonly text: string }): boolean {
  const bytes = literal.kind === 'quoted' ? literal.bytes : Buffer.from(literal.text)
  if (key.length !== bytes.length) return false
  if (bytes.length === 0) return true
  return Buffer.compare(readExactly(space.memory, key.field('str').number(), bytes.length), bytes) === 0
}

function isInteger(key: Value, literal: KeyLiteral): boolean {
  // `'a'` is a number in Go.
  if (literal.kind === 'quoted') return Array.from(literal.text).length === 1 && isRune(key, literal.text)
  if (literal.kind !== 'bare') return false
  const wanted = integerOf(literal.text)
  return wanted !== undefined && BigInt(key.integer()) === wanted
}

function isRune(key: Value, text: string): boolean {
  return ['int32', 'uint8'].includes(goKindOf(key.type)) && key.integer() === text.codePointAt(0)
}

function integerOf(text: string): bigint | undefined {
  if (!/^[+-]?(0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+)$/i.test(text)) return undefined
  const digits = BigInt(text.replace(/^[+-]/, ''))
  return text.startsWith('-') ? -digits : digits
}

function floatOf(text: string): number | undefined {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** Numbers that are not a number have no key that is equal to them; shown they are, and so they can be asked for. */
function isFloat(value: number, wanted: number | undefined, isSingle: boolean): boolean {
  if (wanted === undefined) return false
  const exact = isSingle ? Math.fround(wanted) : wanted
  return value === exact || (Number.isNaN(value) && Number.isNaN(exact))
}

function isComplex(key: Value, text: string): boolean {
  const [, real, imaginary] = /^\(?(.+?)([+-](?:\d[\d.]*(?:e[+-]?\d+)?|inf|nan))i\)?$/i.exec(text) ?? []
  if (real === undefined || imaginary === undefined) return false
  const bytes = key.bytes()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isSingle = bytes.length === 8
  const part = (at: number) => (isSingle ? view.getFloat32(at, true) : view.getFloat64(at, true))
  return isFloat(part(0), floatOf(real), isSingle) && isFloat(part(bytes.length / 2), floatOf(imaginary), isSingle)
}

/** Arrays of bytes are shown as their text, or in hexadecimal. */
function isArray(space: ValueSpace, key: Value, literal: KeyLiteral): boolean {
  if (literal.kind === 'parts') {
    if (literal.parts.length !== key.length) return false
    return literal.parts.every(({ name, value }, index) => name === undefined && isKey(space, key.at(index), value))
  }
  const type = key.type.resolve()
  if (type?.kind !== 'array' || goKindOf(type.element) !== 'uint8') return false
  const bytes = literal.kind === 'quoted' ? literal.bytes : Buffer.from(literal.text.replace(/^0x/i, ''), 'hex')
  return Buffer.compare(key.bytes(), bytes) === 0
}

/** By position, or by name: of fields that are not named, zero is meant. */
function isStruct(space: ValueSpace, key: Value, { parts }: KeyLiteral & { readonly kind: 'parts' }): boolean {
  const fields = key.fields()
  if (parts.every(({ name }) => name === undefined) && parts.length > 0) {
    return parts.length === fields.length && fields.every(({ value }, at) => isKey(space, value, parts[at]!.value))
  }
  const wanted = new Map(parts.map(({ name, value }) => [name, value]))
  if ([...wanted.keys()].some((name) => !fields.some((field) => field.name === name))) return false
  return fields.every(({ name, value }) => {
    const literal = wanted.get(name)
    // Blank fields are not compared.
    if (name === '_') return true
    return literal === undefined ? value.bytes().every((byte) => byte === 0) : isKey(space, value, literal)
  })
}
