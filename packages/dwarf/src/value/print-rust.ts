/** Values of Rust as GDB prints them; strings, slices and vectors as the language writes them. */
import { EnumType } from '../types/enum-type.js'
import { printScalar } from './print-c.js'
import { MAX_ELEMENTS, printCharacter, printText } from './printed-text.js'
import type { Print } from './printer.js'
import type { Value } from './value.js'
import { textOf } from './value-text.js'

/** A value: `values::Point {x: 1, y: -2}`, `core::option::Option<i32>::Some(5)`, `[1, 2, 3]`. */
export function printRust(value: Value, print: Print, isTop: boolean): string {
  switch (value.shape) {
    case 'pointer': {
      const address = `0x${value.integer().toString(16)}`
      return isTop ? `(${value.type.describe()}) ${address}` : address
    }
    case 'character':
      return printCharacter(Number(value.integer()), value.size, '')
    case 'text': {
      const text = textOf(value, MAX_ELEMENTS)!
      return printText(text.bytes, 1, value.littleEndian, '', text.isCut)
    }
    case 'list':
      return `${value.type.describe()} ${elements(value, print)}`
    case 'array':
      return elements(value, print)
    case 'variants': {
      const variant = value.variant() ?? value.fail('has none of its variants')
      return printStruct(variant.value, print, '')
    }
    case 'struct':
      return printStruct(value, print, ' ')
    case 'nothing':
      return '()'
    case 'enum': {
      const type = value.type.resolve()
      const name = value.enumerator()
      return name === undefined || !(type instanceof EnumType) ? `${value.integer()}` : `${type.qualifiedName}::${name}`
    }
    default:
      return printScalar(value)
  }
}

function elements(value: Value, print: Print): string {
  return `[${print.elements(value.items(), value.length ?? 0).join(', ')}]`
}

/** @param gap between a name and the fields: GDB leaves none in variants */
function printStruct(value: Value, print: Print, gap: string): string {
  const fields = value.fields()
  const name = value.type.describe()
  const isTupleType = name.startsWith('(')
  if (fields.length === 0) return name
  // Fields without names are called __0, __1, …
  const isTuple = fields.every((field, index) => field.name === `__${index}`)
  if (isTuple) return `${isTupleType ? '' : name + gap}(${fields.map((field) => print.part(field.value)).join(', ')})`
  return `${name}${gap}{${fields.map((field) => `${field.name}: ${print.part(field.value)}`).join(', ')}}`
}
