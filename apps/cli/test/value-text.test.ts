/** Values as text, of made-up values: what the fixture has none of. */
import type { ValueNode } from '@gospy/goruntime'
import { describe, expect, it } from 'vitest'
import { valueLines } from '../src/render/value-text.js'

const at = { address: 4096 }
const int = (value: number): ValueNode => ({ ...at, kind: 'int', type: 'int', value })
const text = (value: string): ValueNode => ({ ...at, kind: 'string', type: 'string', value, length: value.length })

describe('values as text', () => {
  it('gives keys that fit on no line lines of their own', () => {
    const key: ValueNode = {
      ...at,
      kind: 'struct',
      type: 'main.key',
      children: [
        { name: 'First', ...text('x'.repeat(30)) },
        { name: 'Second', ...text('y'.repeat(30)) },
        { name: 'Third', ...int(3) },
      ],
    }
    const map: ValueNode = {
      ...at,
      kind: 'map',
      type: 'map[main.key]int',
      value: '0x1000',
      length: 1,
      children: [{ key, ...int(7) }],
    }
    expect(valueLines('main.m', map, 60)).toEqual([
      'main.m = map[main.key]int{',
      '  {',
      `    First:  "${'x'.repeat(30)}"`,
      `    Second: "${'y'.repeat(30)}"`,
      '    Third:  3',
      '  }: 7',
      '}',
    ])
  })

  it('writes hundreds of thousands of fields', () => {
    const children = Array.from({ length: 200_000 }, (_, index) => ({ name: `f${index}`, ...int(index) }))
    const struct: ValueNode = { ...at, kind: 'struct', type: 'main.wide', children }
    expect(valueLines('main.wide', struct, 80).length).toBe(200_002)
  })

  it('shows the address of a map or function that cannot be read, and no length that is not known', () => {
    const error = 'memory at 0x40 cannot be read'
    const lines = (node: Partial<ValueNode>) => valueLines('x', { ...at, error, ...node } as ValueNode, 80)
    expect(lines({ kind: 'map', type: 'map[int]int', value: '0x40' })).toEqual([`x = map[int]int 0x40 (${error})`])
    expect(lines({ kind: 'func', type: 'func()' })).toEqual([`x = func() (${error})`])
    expect(lines({ kind: 'slice', type: '[]int' })).toEqual([`x = []int (${error})`])
  })
})
