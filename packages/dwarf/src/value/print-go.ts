/** Values of Go as Delve prints them. */
import { formatG } from './floating-point.js'
import { goQuote } from './go-quote.js'
import { MAX_ELEMENTS } from './printed-text.js'
import type { Print } from './printer.js'
import { readComplex } from './scalar.js'
import type { Value } from './value.js'
import { textOf } from './value-text.js'

/** Elements of a list or map, as Delve's max-array-values. */
const MAX_ITEMS = 64

/** A value: `main.Point {X: 7, Y: 8}`, `[]int len: 3, cap: 8, [4,5,6]`, `map[string]int ["one": 1, ]`. */
export function printGo(value: Value, print: Print, isTop: boolean): string {
  switch (value.shape) {
    case 'text':
      return printText(value)
    case 'list': {
      const { length = 0, capacity } = value
      return `${value.type.describe()} len: ${length}, cap: ${capacity}, ${items(value, print)}`
    }
    case 'array':
      return `${value.type.describe()} ${items(value, print)}`
    case 'channel':
      return value.integer() === 0
        ? `${value.type.describe()} nil`
        : `${value.type.describe()} ${value.length}/${value.capacity}`
    case 'map':
      return printMap(value, print)
    case 'interface':
      return printInterface(value, print)
    case 'function':
      return value.integer() === 0 ? 'nil' : `${value.type.describe()} 0x${value.integer().toString(16)}`
    case 'struct': {
      const fields = value.fields().map((field) => `${field.name}: ${print.part(field.value)}`)
      return `${value.type.describe()} {${fields.join(', ')}}`
    }
    case 'pointer': {
      const address = value.integer()
      if (address === 0) return `${value.type.describe()} nil`
      const type = value.type.resolve()
      const isOpaque = type?.kind !== 'pointer' || type.target === undefined
      return isTop && !isOpaque
        ? `*${print.part(value.deref())}`
        : `(${value.type.describe()})(0x${address.toString(16)})`
    }
    case 'float':
      return String(value.number())
    case 'complex': {
      const [real, imaginary] = readComplex(value) ?? value.fail('is of no format that is known')
      const sign = imaginary.isNegative ? '-' : '+'
      return `(${formatG(real)} ${sign} ${formatG({ ...imaginary, isNegative: false })}i)`
    }
    case 'boolean':
      return String(value.bool())
    default:
      return `${value.integer()}`
  }
}

function items(value: Value, print: Print): string {
  const parts: string[] = []
  const length = value.length ?? 0
  for (const item of value.items()) {
    if (parts.length >= MAX_ITEMS) break
    parts.push(print.part(item))
  }
  const more = length > parts.length ? `,...+${length - parts.length} more` : ''
  return `[${parts.join(',')}${more}]`
}

function printMap(value: Value, print: Print): string {
  const type = value.type.describe()
  if (value.integer() === 0) return `${type} nil`
  const parts: string[] = []
  const length = value.length ?? 0
  for (const [key, element] of value.entries()) {
    if (parts.length >= MAX_ITEMS) break
    parts.push(`${print.part(key)}: ${print.part(element)}, `)
  }
  return `${type} [${parts.join('')}${length > parts.length ? `...+${length - parts.length} more` : ''}]`
}

function printInterface(value: Value, print: Print): string {
  const type = value.type.describe()
  const [table, data] = value.fields()
  if (table?.value.integer() === 0) return `${type} nil`
  if (value.context.options.goType === undefined) return `${type}(0x${data!.value.integer().toString(16)})`
  const held = value.deref()
  return `${type}(${held.type.describe()}) ${print.part(held)}`
}

/** A string as Delve prints it: as Go's `%q` does, and how many bytes more there are. */
function printText(value: Value): string {
  const { bytes } = textOf(value, MAX_ELEMENTS)!
  const more = (value.length ?? 0) - bytes.length
  return goQuote(bytes) + (more > 0 ? `...+${more} more` : '')
}
