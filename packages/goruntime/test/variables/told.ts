/** What gospy reads of a value, in the words in which the program tells of it. */
import type { ChildNode, ValueNode } from '@gospy/goruntime'
import type { ToldNode } from './values-program.js'

/** Of what gospy has read, what the program tells too, for a comparison as a whole. */
export function asTold(node: ChildNode, told: ToldNode): unknown {
  const value =
    node.kind === 'string' && node.bytes !== undefined ? undefined : told.function ? undefined : plain(node.value)
  return withoutUndefined({
    kind: node.kind,
    type: told.type && node.type,
    name: node.name,
    key: node.key && told.key && asTold(node.key, told.key),
    value,
    length: node.length,
    capacity: node.capacity,
    bytes: node.bytes && Buffer.from(node.bytes).toString('hex'),
    function: node.function?.function,
    closed: node.closed,
    // Methods of unexported fields cannot be called.
    text: told.text && node.text,
    children: children(node, told),
    left: node.left,
    error: node.error,
    torn: node.torn,
    inside: told.inside,
    buffer: told.buffer,
  })
}

function children(node: ValueNode, told: ToldNode): unknown {
  if (told.inside !== undefined || told.buffer !== undefined) return undefined
  if (node.kind !== 'map' && node.type !== 'sync.Map')
    return node.children?.map((child, index) => asTold(child, told.children?.[index] ?? { kind: 'none' }))
  // Maps have no order: each entry is compared with that of the same key.
  const byKey = new Map(told.children?.map((child) => [keyText(child.key!), child]))
  return node.children
    ?.map((child) => {
      const key = asTold(child.key!, child.key as unknown as ToldNode)
      return asTold(child, byKey.get(keyText(key)) ?? { kind: 'none' })
    })
    .sort(byText)
}

/** A node as the program told it, with entries of maps in the same order. */
export function sorted(told: ToldNode): ToldNode {
  const inner = told.children?.map(sorted)
  const isMap = inner?.some(({ key }) => key !== undefined)
  return { ...told, ...(inner && { children: isMap ? inner.sort(byText) : inner }) }
}

function keyText(key: unknown): string {
  const { kind, value, children } = key as ToldNode
  return JSON.stringify([kind, value, children?.map(keyText)])
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [keyText((a as ToldNode).key), keyText((b as ToldNode).key)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Numbers as the program writes them in JSON. */
function plain(value: ValueNode['value']): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN'
    if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
    return Object.is(value, -0) ? '-0' : value
  }
  return value
}

function withoutUndefined(members: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
