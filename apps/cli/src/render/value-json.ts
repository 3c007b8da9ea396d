/** Values of variables as JSON has them: see schemas/var-1.schema.json. */
import type { ChildNode, ValueNode } from '@gospy/goruntime'

/** A value, with its members in a fixed order; those that it has not are left out. */
export function valueJson(node: ChildNode): object {
  const { name, key, kind, type, address, value, length, capacity, bytes, closed, text, children, left, error, torn } =
    node
  return {
    ...(name !== undefined && { name }),
    ...(key !== undefined && { key: valueJson(key) }),
    kind,
    type,
    address: address === null ? null : `0x${address.toString(16)}`,
    ...(value !== undefined && { value: scalarJson(value) }),
    ...(length !== undefined && { length }),
    ...(capacity !== undefined && { capacity }),
    ...(bytes !== undefined && { bytes: hexText(bytes) }),
    ...('function' in node && { function: node.function }),
    ...(closed !== undefined && { closed }),
    ...(text !== undefined && { text }),
    ...(children !== undefined && { children: children.map(valueJson) }),
    ...(left !== undefined && { truncated: left }),
    ...(error !== undefined && { error }),
    ...(torn !== undefined && { torn }),
  }
}

/** JSON's numbers are doubles: what they cannot hold exactly, or at all, is a string. */
function scalarJson(value: NonNullable<ValueNode['value']> | null): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberJson(value)
  if (typeof value === 'object' && value !== null) {
    return { real: numberJson(value.real), imaginary: numberJson(value.imaginary) }
  }
  return value
}

function numberJson(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : floatText(value)
}

/** A number as Go writes it: `NaN`, `+Inf`, `-0`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return Object.is(value, -0) ? '-0' : String(value)
}

export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
