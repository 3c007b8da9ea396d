/** Values of C and C++ (and of languages without a printer of their own) as GDB prints them. */

import type { EnumType } from '../types/enum-type.js'
import type { Type } from '../types/type.js'
import { isTextCharacter, wideCharacterName } from './characters.js'
import { formatG } from './floating-point.js'
import { MAX_ELEMENTS, printCharacter, printText } from './printed-text.js'
import { describeError, type Print } from './printer.js'
import { readComplex, readDecimal, readFloatingPoint } from './scalar.js'
import type { Value } from './value.js'
import { charactersOf, textOf } from './value-text.js'

/** Pointers to characters of these names print without their type. */
const PLAIN_CHARACTERS = /^(char|wchar_t|char8_t|char16_t|char32_t)$/

/** A value: `{x = 3, name = 0x402044 "first", next = 0x4043c0}`. */
export function printC(value: Value, print: Print, isTop: boolean): string {
  switch (value.shape) {
    case 'pointer':
      return printPointer(value, isTop)
    case 'reference': {
      const target = value.deref()
      const place = `@0x${target.address!.toString(16)}`
      return isTop ? `(${value.type.describe()}) ${place}: ${print.part(target)}` : place
    }
    case 'struct':
    case 'variants':
      return printStruct(value, print)
    case 'array':
      return printArray(value, print)
    default:
      return printScalar(value)
  }
}

/** What GDB prints alike for all languages. */
export function printScalar(value: Value): string {
  switch (value.shape) {
    case 'character':
      return printCharacter(Number(value.integer()), value.size, prefixOf(value.type))
    case 'boolean':
      return truth(value.integer())
    case 'float': {
      const float = readFloatingPoint(value)
      return float === undefined ? value.fail('is of no format that is known') : formatG(float)
    }
    case 'complex': {
      const [real, imaginary] = readComplex(value) ?? value.fail('is of no format that is known')
      return `${formatG(real)} + ${formatG(imaginary)}i`
    }
    case 'decimal':
      return readDecimal(value) ?? value.fail('is of no format that is known')
    case 'enum':
      return printEnum(value)
    case 'fixed text': {
      const bytes = value.bytes()
      return printText(bytes, 1, value.littleEndian, '', false).replaceAll('"', "'")
    }
    case 'member pointer':
      return value.size > value.type.entry.unit.addressSize ? '{...}' : `${value.integer()}`
    case 'nothing':
      return value.type.resolve()?.kind === 'unspecified' ? 'nullptr' : 'void'
    default:
      return value.type.resolve()?.kind === 'base' ? fixedOrInteger(value) : `${value.integer()}`
  }
}

function fixedOrInteger(value: Value): string {
  const integer = value.integer()
  return typeof integer === 'bigint' ? `${integer}` : `${value.number()}`
}

function truth(value: number | bigint): string {
  return value === 0 ? 'false' : value === 1 ? 'true' : `${value}`
}

function printEnum(value: Value): string {
  const type = value.type.resolve()
  const number = value.integer()
  if (type?.kind !== 'enum') return `${number}`
  const scope = scopeOf(type)
  const name = type.nameOf(number)
  if (name !== undefined) return scope + name
  if (!type.isFlags) return `${number}`
  const all = BigInt.asUintN(value.size * 8, BigInt(number))
  let rest = all
  const names: string[] = []
  for (const enumerator of type.enumerators) {
    const bits = BigInt(enumerator.value)
    if (bits === 0n || (rest & bits) !== bits) continue
    names.push(scope + enumerator.name)
    rest &= ~bits
  }
  if (all === 0n) return '0'
  if (rest !== 0n) names.push(`unknown: 0x${rest.toString(16)}`)
  return `(${names.join(' | ')})`
}

/** The scopes that a name of an enumeration is written with: those around it, and of a scoped one its own. */
function scopeOf(type: EnumType): string {
  const { qualifiedName } = type
  if (qualifiedName === undefined) return ''
  if (type.isScoped) return `${qualifiedName}::`
  const { name = '' } = type
  return qualifiedName.slice(0, qualifiedName.length - name.length)
}

function printPointer(value: Value, isTop: boolean): string {
  const address = value.integer()
  const type = value.type.resolve()
  const target = type?.kind === 'pointer' ? type.target : undefined
  const isText = isTextCharacter(target)
  const isPlain = isText && PLAIN_CHARACTERS.test(characterName(target))
  const head = `${isTop && !isPlain ? `(${value.type.describe()}) ` : ''}0x${address.toString(16)}`
  if (!isText || address === 0) return head
  try {
    const text = textOf(value, MAX_ELEMENTS * (target?.size ?? 1))!
    return `${head} ${printText(text.bytes, text.width, value.littleEndian, prefixOf(target!), text.isCut)}`
  } catch (error) {
    return `${head} ${describeError(error)}`
  }
}

function characterName(type: Type | undefined): string {
  return wideCharacterName(type) ?? type?.resolve()?.name ?? ''
}

function prefixOf(type: Type): string {
  switch (characterName(type)) {
    case 'wchar_t':
      return 'L'
    case 'char16_t':
      return 'u'
    case 'char32_t':
      return 'U'
    default:
      return ''
  }
}

function printStruct(value: Value, print: Print): string {
  const fields = value.fields()
  if (fields.length === 0) return '{<No data fields>}'
  const parts: string[] = []
  for (const { name, value: inner, field } of fields) {
    // There is one of a virtual base class in the whole object, however many classes have it.
    if (field.isVirtual && !print.isFirst(`${inner.address}/${field.type.entry.offset}`)) continue
    const text = print.part(inner)
    if (field.isBase) parts.push(`<${field.type.describe()}> = ${text}`)
    else parts.push(name === '' ? text : `${name} = ${text}`)
  }
  return `{${parts.join(', ')}}`
}

function printArray(value: Value, print: Print): string {
  const { length } = value
  // Of an array of no length that anybody knows, GDB prints where it is.
  if (length === undefined || length === 0)
    return value.address === undefined ? '{}' : `0x${value.address.toString(16)}`
  const characters = charactersOf(value)
  if (characters === undefined) return `{${print.elements(value.items(), length).join(', ')}}`
  const { bytes, width } = characters
  const type = value.type.resolve()
  const prefix = type?.kind === 'array' ? prefixOf(type.element) : ''
  // The last zero ends the string, those before it do not.
  const isEnded = bytes.subarray(bytes.length - width).every((byte) => byte === 0)
  return printText(isEnded ? bytes.subarray(0, bytes.length - width) : bytes, width, value.littleEndian, prefix, false)
}
