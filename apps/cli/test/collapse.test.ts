import type { Frame } from '@gospy/goruntime'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Calls, type Circle, collapse } from '../src/render/collapse.js'
import { frame } from './made-up.js'

function short(line: Calls | Circle): string {
  if ('times' in line) return `these ${line.calls} x ${line.times}`
  const { frame, count, elsewhere } = line
  const lines = [frame, ...elsewhere].map((each) => each.line)
  return `${frame.function}:${lines.join(',')}${count > 1 ? ` x ${count}` : ''}`
}

const a = frame('main.a a.go:1')
const a2 = frame('main.a a.go:2')
const b = frame('main.b b.go:1')
const c = frame('main.c c.go:1')

function times<T>(count: number, ...values: T[]): T[] {
  return Array.from({ length: count }, () => values).flat()
}

describe('collapse', () => {
  it.each<[string, Frame[], string[]]>([
    ['nothing', [], []],
    ['what does not repeat', [a, b, c], ['main.a:1', 'main.b:1', 'main.c:1']],
    ['two of a kind stay', [a, a, b], ['main.a:1', 'main.a:1', 'main.b:1']],
    ['recursion', [...times(902, a), c], ['main.a:1 x 902', 'main.c:1']],
    [
      'its innermost call stands apart',
      [b, a2, ...times(900, a), c],
      ['main.b:1', 'main.a:2', 'main.a:1 x 900', 'main.c:1'],
    ],
    ['recursion from several lines', times(4, a, a2, a), ['main.a:1', 'main.a:2,1 x 11']],
    ['functions that call each other', [...times(300, a, b), c], ['main.a:1', 'main.b:1', 'these 2 x 300', 'main.c:1']],
    [
      'of which the last round is not whole',
      [...times(5, a, b, c), a, b],
      ['main.a:1', 'main.b:1', 'main.c:1', 'these 3 x 5', 'main.a:1', 'main.b:1'],
    ],
  ])('%s', (_, frames, lines) => {
    expect(collapse(frames).map(short)).toEqual(lines)
  })

  it('loses no call, whatever calls what', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(a, a2, b, c), { maxLength: 60 }), (frames) => {
        const lines = collapse(frames)
        const calls = lines.reduce(
          (sum, line) => sum + ('times' in line ? line.calls * (line.times - 1) : line.count),
          0,
        )
        expect(calls).toBe(frames.length)
      }),
    )
  })

  it('takes no long time for deep stacks', () => {
    const frames = Array.from({ length: 200_000 }, (_, index) => frame(`main.f${index % 11} f.go:${index % 7}`))
    const started = performance.now()
    collapse(frames)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
