/** The order in which fmt prints the entries of a map (src/internal/fmtsort/sort.go). */
import type { ComplexNumber, ValueNode } from './value-tree.js'

/**
 * Numbers in their order, what is not a number before them; strings by their bytes; false before true; pointers by address;
 * structs and arrays by their parts; what interfaces hold by its type, of which fmt takes the address, and then by its value. Nil
 * comes first, and what could not be read before that.
 */
export function compareKeys(a: ValueNode, b: ValueNode): number {
  if (a.kind === 'interface' || b.kind === 'interface') return compareHeld(a.children?.[0], b.children?.[0])
  if (a.kind === 'struct' || a.kind === 'array') return compareParts(a, b)
  const [left, right] = [a.value ?? undefined, b.value ?? undefined]
  if (left === undefined || right === undefined) return rankOf(a) - rankOf(b)
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right)
  if (typeof left === 'boolean' || typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof left === 'object' && typeof right === 'object') return compareComplex(left, right)
  if (a.kind === 'string') return Buffer.compare(bytesOf(a), bytesOf(b))
  // Addresses: the shorter one is the smaller.
  const [one, other] = [String(left), String(right)]
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0)
}

function compareHeld(a: ValueNode | undefined, b: ValueNode | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  if (a.type !== b.type) return a.type < b.type ? -1 : 1
  return compareKeys(a, b)
}

function compareParts(a: ValueNode, b: ValueNode): number {
  if (a.bytes !== undefined && b.bytes !== undefined) return Buffer.compare(a.bytes, b.bytes)
  const [left, right] = [a.children ?? [], b.children ?? []]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compareKeys(left[index]!, right[index]!)
    if (order !== 0) return order
  }
  return left.length - right.length
}

function rankOf({ value }: ValueNode): number {
  return value === undefined ? 0 : value === null ? 1 : 2
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  const [isNoNumber, norIsThat] = [Number.isNaN(left), Number.isNaN(right)]
  if (isNoNumber || norIsThat) return Number(norIsThat) - Number(isNoNumber)
  return left < right ? -1 : left > right ? 1 : 0
}

function compareComplex(left: ComplexNumber, right: ComplexNumber): number {
  return compareNumbers(left.real, right.real) || compareNumbers(left.imaginary, right.imaginary)
}

function bytesOf({ bytes, value }: ValueNode): Uint8Array {
  return bytes ?? Buffer.from(String(value))
}
