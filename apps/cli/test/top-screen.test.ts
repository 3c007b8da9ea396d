/** The screen of `gospy top` as lines, of made-up goroutines: whatever they are called, and whatever its size. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { TopModel } from '../src/top/model.js'
import type { TopSample } from '../src/top/sample.js'
import { type Screen, ScreenMaker } from '../src/top/screen.js'
import { initialState, paste, press, type TopState } from '../src/top/state.js'
import { textOf } from '../src/top/styled.js'
import { type MadeUp, snapshotOf, stack } from './made-up.js'

const initial: TopState = initialState({
  grouping: { by: 'function' },
  groupOrder: 'count',
  filter: '',
  system: false,
  intervalMs: 1000,
})

function sample(goroutines: readonly MadeUp[], told: Partial<TopSample> = {}): TopSample {
  return {
    snapshot: snapshotOf(goroutines),
    scheduler: null,
    heap: null,
    cpu: 1.5,
    residentBytes: 1 << 30,
    threads: 12,
    stopped: false,
    allowedCpus: 2,
    startedAt: 0,
    takenAt: 9e6,
    failures: [],
    ...told,
  }
}

/** A person at a screen of made-up looks. */
class Person {
  readonly model: TopModel
  readonly #maker: ScreenMaker
  state = initial
  size = { width: 80, height: 24 }
  apartMs = 0

  constructor(first: TopSample) {
    const binary = { goVersion: { text: 'go1.27.4' }, arch: 'amd64', isPie: false, buildInfo: undefined } as const
    this.model = new TopModel({ pid: 4242, executable: '/srv/shop', binary }, first)
    this.#maker = new ScreenMaker(this.model)
  }

  get screen(): Screen {
    const screen = this.#maker.make(this.state, this.size, this.apartMs)
    this.state = screen.state
    return screen
  }

  lines(): string[] {
    return this.screen.lines.map(textOf)
  }

  /** Characters as they are, others by name. */
  press(...keys: string[]): this {
    for (const key of keys) this.state = press(this.state, key, key.length === 1, this.screen).state
    return this
  }
}

const waiting = (name: string, count: number): MadeUp[] => {
  const at = stack(['runtime.gopark proc.go:1', `main.${name} main.go:7`])
  return Array.from({ length: count }, () => ({ stack: at, waitReason: 'select', waitAtLeastNs: 999.9e6 }))
}

/** With ids that differ. */
const numbered = (...all: MadeUp[][]): MadeUp[] => all.flat().map((each, index) => ({ ...each, id: index + 1 }))

describe('lists', () => {
  it('cut no figure', () => {
    const person = new Person(sample(numbered(waiting('few', 2))))
    person.model.add(sample(numbered(waiting('many', 100_000), waiting('few', 2))))
    expect(person.lines()[8]).toMatch(/^100000 {2}\+100000 {2}>= 999ms {2}select +main\.many +main\.go:7$/)
    person.model.add(sample([{ ...waiting('f', 1)[0]!, id: 123_456_789_012 }]))
    person.press('return')
    expect(person.lines()[8]).toMatch(/^123456789012 {2}>= 999ms {2}select +main\.f +main\.go:7$/)
  })

  it('tell of groups that are gone, last but by growth, as long as growth is counted from a look with them', () => {
    const person = new Person(sample(numbered(waiting('gone', 3), waiting('stays', 1), waiting('fewer', 2))))
    person.model.add(sample(numbered(waiting('stays', 1), waiting('fewer', 1), waiting('new', 1))))
    const names = () =>
      person
        .lines()
        .slice(8)
        .flatMap((line) => /main\.(\w+)/.exec(line)?.[1] ?? [])
    expect(names()).toEqual(['fewer', 'new', 'stays', 'gone'])
    expect(person.lines()[6]).toMatch(/ 3, 1 gone$/)
    expect(person.lines()[11]).toMatch(/^ +0 +-3 +gone +main\.gone$/)
    for (const order of ['1', '3', '4']) expect(person.press(order, 'i') && names().at(-1)).toBe('gone')
    expect(person.press('2') && names()).toEqual(['new', 'stays', 'fewer', 'gone'])
    expect(person.press('i') && names()).toEqual(['gone', 'fewer', 'stays', 'new'])
    expect(person.press('return').lines()).toContain('none of them is there any more')
    person.press('escape')
    // Those that came and went in between were never there.
    person.model.add(sample(numbered(waiting('stays', 1))))
    expect(names()).toEqual(['gone', 'fewer', 'stays'])
    person.model.resetGrowth()
    expect(names()).toEqual(['stays'])
  })

  it('stand as they stood when one comes back to them', () => {
    const person = new Person(sample(numbered(waiting('a', 3), waiting('b', 1))))
    person.press('i')
    expect(person.lines()[6]).toMatch(/fewest first/)
    person.press('return')
    expect(person.lines()[6]).toMatch(/oldest first/)
    // Of a stack there is no order, and nothing is filtered.
    person.press('return', 'i', 's', '3', '/', 'escape')
    expect(person.lines()[6]).toMatch(/main\.b: oldest first/)
    person.press('escape')
    expect(person.lines()[6]).toMatch(/fewest first/)
  })
})

it('says when it looks less often than is wanted, and when the process is stopped', () => {
  const person = new Person(sample(waiting('a', 1)))
  person.apartMs = 1000
  expect(person.lines()[0]).toMatch(/ {2}every 1 s$/)
  person.apartMs = 8234
  expect(person.lines()[0]).toMatch(/ {2}every 8\.2 s, not 1$/)
  expect(person.lines()[1]).toMatch(/^CPU 150 % of 200 %/)
  person.model.add(sample(waiting('a', 1), { stopped: true }))
  expect(person.lines()[1]).toMatch(/^STOPPED {3}CPU /)
})

it('says what is wrong, and which list it is all the same', () => {
  const person = new Person(sample(waiting('a', 1), { failures: ['heap: it changed'] }))
  person.press('/', 'm', 'return')
  expect(person.lines()[6]).toMatch(/^Goroutines by function, most first +filter: m$/)
  expect(person.lines()[23]).toBe('q quit  heap: it changed')
  person.size = { width: 80, height: 4 }
  expect(person.lines()[0]).toBe('heap: it changed')
})

it('shows the end of what is being typed, and takes back a character as a person sees it', () => {
  const person = new Person(sample(waiting('a', 1)))
  person.press('/')
  person.state = paste(person.state, `one two👩‍👩‍👧\r\n`)
  expect(person.state.typed).toBe('one two👩‍👩‍👧')
  expect(person.press('backspace').state.typed).toBe('one two')
  expect(person.press('ctrl-w').state.typed).toBe('one ')
  expect(person.press('ctrl-w').state.typed).toBe('')
  person.state = paste(person.state, '日'.repeat(50))
  expect(person.lines()[6]).toMatch(/^Filter: …日+$/)
})

it('shows all of its help on a small screen, too', () => {
  const person = new Person(sample(waiting('a', 1)))
  person.size = { width: 80, height: 8 }
  const seen = new Set(person.press('?').lines())
  for (let times = 0; times < 30; times++) for (const each of person.press('down').lines()) seen.add(each)
  expect([...seen].some((each) => each.includes('quit') && each.includes('Ctrl-C'))).toBe(true)
  expect([...seen].some((each) => /STATE .* states$/.test(each))).toBe(true)
  expect(person.state.help).not.toBeNull()
  expect(person.press('escape').state.help).toBeNull()
})

it('fills any screen, is never wider, and has nothing in it that a terminal obeys', () => {
  const piece = fc.constantFrom(
    'f',
    '日',
    '👩‍👩‍👧',
    'e\u0301',
    '\u202e',
    '\x1b[2J',
    '\x9b31m',
    '\n',
    '\u200b',
    '한',
    'ﷺ',
    ' ',
  )
  const name = fc.array(piece, { minLength: 1, maxLength: 30 }).map((pieces) => pieces.join(''))
  const keys = fc.constantFrom(
    'down',
    'return',
    'escape',
    'g',
    's',
    'i',
    't',
    '/',
    '?',
    'end',
    'f',
    'é',
    '日',
    'backspace',
  )
  const size = { width: fc.integer({ min: 1, max: 200 }), height: fc.integer({ min: 1, max: 40 }) }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, name, fc.integer({ min: 0, max: 4 })), { maxLength: 6 }),
      fc.array(fc.tuple(keys, fc.record(size)), { minLength: 1, maxLength: 12 }),
      (kinds, steps) => {
        const goroutines = kinds.flatMap(([label, reason, count]) => {
          const at = stack(['runtime.gopark proc.go:1', `main.${reason} main.go:7`.replace(/\n/g, ' ')])
          return Array.from({ length: count }, () => ({ stack: at, waitReason: reason, labels: { [label]: reason } }))
        })
        const person = new Person(sample(numbered(goroutines)))
        for (const [key, { width, height }] of steps) {
          person.size = { width, height }
          person.press(key)
          const lines = person.lines()
          expect(lines).toHaveLength(height)
          for (const line of lines) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width)
            // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
            expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b\u202e]/)
          }
        }
      },
    ),
  )
})
