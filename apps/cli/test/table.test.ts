import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { table } from '../src/render/table.js'
import { count, duration, milliseconds, printable, safeJson } from '../src/render/text.js'

const columns = [
  { title: 'ID', align: 'right' as const },
  { title: 'NAME', cut: 'middle' as const, least: 6 },
  { title: 'NOTE', cut: 'end' as const, least: 4 },
]

describe('table', () => {
  it('aligns, without blanks at the ends of lines', () => {
    expect(
      table(columns, [
        ['1', 'a', 'x'],
        ['100', 'long name', ''],
      ]),
    ).toEqual([' ID  NAME       NOTE', '  1  a          x', '100  long name'])
  })

  it('without a limit cuts nothing, nor makes every line as long as the longest', () => {
    const rows = [
      ['1', 'a', 'x'],
      ['2', 'b'.repeat(8000), 'y'],
    ]
    const [titles, first, second] = table(columns, rows)
    expect(first).toMatch(/^ 1 {2}a +x$/)
    expect(first!.length).toBeLessThan(200)
    expect(first!.indexOf('x')).toBe(titles!.indexOf('NOTE'))
    expect(second).toBe(` 2  ${'b'.repeat(8000)}  y`)
  })

  it('cuts neither a number before a name nor one behind a state', () => {
    const [, line] = table(
      [
        { title: 'STATE', cut: 'beforeNumber', least: 8 },
        { title: 'GOROUTINE', cut: 'afterNumber', least: 12 },
      ],
      [['chan receive +12', '12345 example.com/pool.(*worker).run']],
      30,
    )
    expect(line).toBe('chan rece… +12  12345 po…).run')
  })

  it('cuts what may be cut, and no more than needed', () => {
    const rows = [['1', 'main.(*server).handleEverything', 'a note that is long']]
    for (const width of [30, 40, 60]) {
      const lines = table(columns, rows, width)
      expect(Math.max(...lines.map((line) => line.length))).toBe(Math.min(width, 2 + 2 + 31 + 2 + 19))
    }
    expect(table(columns, rows, 30)[1]).toMatch(/^ 1 {2}mai.*…\S*thing {2}a note…?/)
  })

  it('never fails and never exceeds the width, whatever is in a cell', () => {
    const piece = fc.constantFrom('a', '1️⃣', '日', '👩‍👩‍👧', 'e\u0301', '\u200d', '…', ' ', '\u0000')
    const cell = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 40, max: 90 }),
        (rows, width) => {
          for (const line of table(
            columns,
            rows.map(([, a, b]) => ['1', a, b]),
            width,
          ))
            expect(stringWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  it('counts columns, not characters', () => {
    expect(
      table(
        [{ title: 'A' }, { title: 'B' }],
        [
          ['日本', 'x'],
          ['e\u0301', 'y'],
        ],
      ),
    ).toEqual(['A     B', '日本  x', 'e\u0301     y'])
  })
})

describe('text', () => {
  it('rounds durations down', () => {
    expect([0, 999e6, 1e9, 59.9e9, 60e9, 3.99 * 3600e9, 200_000e9].map(duration)).toEqual([
      '0ms',
      '999ms',
      '1s',
      '59s',
      '1m',
      '3h',
      '2d',
    ])
  })

  it('shows small and large times with a fitting precision', () => {
    expect([0.1234, 1.25, 41.4].map(milliseconds)).toEqual(['0.12 ms', '1.3 ms', '41 ms'])
  })

  it('knows one from many', () => {
    expect([count(1, 'goroutine'), count(2, 'goroutine'), count(2, 'process', 'processes')]).toEqual([
      '1 goroutine',
      '2 goroutines',
      '2 processes',
    ])
  })

  it('shows control characters and bidirectional overrides instead of sending them', () => {
    expect(printable('a\u001b[31mb\n\u202ec')).toBe('a\\x1b[31mb\\x0a\\u202ec')
    expect(printable('日本語 ü')).toBe('日本語 ü')
    expect(printable('a\u200bb\u00adc\ufeff')).toBe('a\\u200bb\\xadc\\ufeff')
    expect(printable('👩\u200d👧 \u0646\u0645\u06cc\u200c')).toBe('👩\u200d👧 \u0646\u0645\u06cc\u200c')
    const value = { text: 'a\u009b31m\u202e\n', more: ['\u007f'] }
    expect(JSON.parse(safeJson(JSON.stringify(value, null, 2)))).toEqual(value)
    expect(safeJson(JSON.stringify(value))).toBe('{"text":"a\\u009b31m\\u202e\\n","more":["\\u007f"]}')
  })
})
