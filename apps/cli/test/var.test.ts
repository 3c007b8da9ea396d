/** `gospy var`: text and JSON of the fixture `values`, built by the newest Go; what it says to wrong names and of stripped programs. */
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  buildValues,
  hasGo,
  startValues,
  type ValuesProgram,
  versions,
} from '../../../packages/goruntime/test/variables/values-program.js'
import { runGospy } from './run-gospy.js'

const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true })
addFormats.default(ajv)
const validate = ajv.compile(
  JSON.parse(readFileSync(new URL('../schemas/var-1.schema.json', import.meta.url), 'utf8')) as object,
)

describe.skipIf(!hasGo)(`var${hasGo ? '' : ' (skipped: no go)'}`, () => {
  let program: ValuesProgram
  beforeAll(async () => {
    program = startValues(buildValues(versions.at(-1)!))
    await program.truth()
  }, 120_000)
  afterAll(() => program.stop())

  function text(...args: (string | number)[]): string {
    const { code, stdout, stderr } = runGospy(['var', program.pid, ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }

  /** The lines of the values alone. */
  function shown(...args: (string | number)[]): string {
    return text(...args)
      .split('\n')
      .slice(4)
      .join('\n')
  }

  function answer(...args: (string | number)[]) {
    const value = JSON.parse(text(...args, '--json'))
    expect(validate(value) ? [] : validate.errors).toEqual([])
    return value
  }

  function fails(...args: (string | number)[]): string {
    const { code, stdout, stderr } = runGospy(['var', ...args])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n').length).toBe(2)
    return stderr
  }

  it('shows which process it is, how it was read, and values on a line where they fit', () => {
    expect(text('main.smallMap', 'main.grid')).toMatch(
      new RegExp(
        `^Process ${program.pid} {2}/.*\\ngo1\\.\\d+.*\\nRead in .* while it ran: 2 values, all stable\\n\\n` +
          'main.smallMap = map\\[string\\]int\\{"one": 1, "three": 3, "two": 2\\}\\n' +
          'main.grid = \\[2\\]\\[3\\]int8\\{\\{1, 2, 3\\}, \\{-4, -5, -6\\}\\}\\n$',
      ),
    )
    expect(text('main.grid', '--pause=10000')).toMatch(/^Read while it was stopped for .* ms: 1 value, all stable$/m)
  })

  it('shows what fits on no line with a line for each part, aligned and within 80 columns', () => {
    expect(shown('main.aConfig', '--depth', 2)).toBe(`main.aConfig = main.config{
  Addr:    ":8080"
  Timeout: 1.5s
  Servers: {{... 5}, {... 5}}
  byID:    map{"": nil, "x": &{... 5}, "y": &{... 5}}
  byPort:  map{80: &{... 5}}
  Any:     &main.server{
    Addr:    "10.0.0.2:80"
    Weight:  2
    Tags:    nil
    Next:    &{... 5}
    handler: nil
  }
  started: 2026-11-28T10:15:00.0000005Z
}
`)
  })

  const PATHS = [
    ['main.aConfig.Servers[1].Next.Addr', '"10.0.0.1:80"'],
    ['main.aConfig.byID["x"].Tags["quote\\"d"]', '"b"'],
    ["main.aConfig.byID['y'].Weight", 'float32 2'],
    ['main.aConfig.byID[y].Addr', '"10.0.0.2:80"'],
    ['main.aConfig.byPort[80].Addr', '"10.0.0.1:80"'],
    ['main.aConfig.Any.Next.handler', 'main.handler main.handle'],
    ['main.byBool[true]', '1'],
    ['main.byFloat[-0.5]', '"minus"'],
    ['main.byAny["s"]', '"string"'],
    ['main.byAny[1]', '"int"'],
    ['main.bigMap[20993]', '"2999"'],
    ['main.anyMapSync[8]', '"8"'],
    ['main.wrapped[2]', '"z"'],
    ['*main.aPointer', 'main.point{X: -1, Y: -2}'],
    ['**main.toPointer', 'main.point{X: -1, Y: -2}'],
    ['main.anInner.Key', '9'],
    ['main.byFloat32[0.1]', '1'],
    ["main.byRune['世']", '"world"'],
    ['main.byRune[97]', '"a"'],
    ['main.byOdd["x\\xffy"]', '1'],
    ['main.byOdd["q]"]', '2'],
    ['main.byComplex[(1-2i)]', '3'],
    ['main.byDuration[1.5s]', '"1.5s"'],
    ['main.byPointer[nil]', '"nil"'],
    ['main.byPoint[{X: 1, Y: 1}].X', 'int32 2'],
    ['main.byPoint[{3, 3}]', '*main.point nil'],
    ['main.byArray[{"a", "b"}]', '1'],
    ['main.byAny[main.point{X: 1, Y: 2}]', '"point"'],
    ['main.byAny[2.5]', '"float"'],
    ['main.byWhat[1]', '1'],
    ['main.byWhat[int64(1)]', '2'],
    ['main.byWhat[main.code 1]', '3'],
    ['main.byWhat[nil]', '4'],
    ['main.byWhat[true]', '5'],
    ['main.byWhat[7]', '6'],
    ['main.aSlice[0x1]', '5'],
    ['main.aString[0]', 'uint8 104'],
    ['aPoint.X', 'int32 7'],
    ['main.anInner.point.Y', 'int32 6'],
    ['main.aRing.Next.Next.Key', '1'],
    ['main.someCounters.Config.Addr', '":1"'],
    ['os.Args[0]', '"/'],
    ['time.UTC.name', '"UTC"'],
  ] as const

  it('follows paths', () => {
    const lines = shown(...PATHS.map(([path]) => path)).split('\n')
    PATHS.forEach(([path, value], index) => {
      expect.soft(lines[index]!.startsWith(`${path} = ${value}`), `${lines[index]} for ${value}`).toBe(true)
    })
    expect(lines.length).toBe(PATHS.length + 1)
  })

  const VALUES = [
    ['main.wrapped', 'chan string 3/4 {"x", "y", "z"}'],
    ['main.closed', 'chan main.point 1/3 closed {{X: 1, Y: 2}}'],
    ['main.aString', '"hé\\"llo\\n\\x00\\u2028世界😀"'],
    ['main.broken', '"a\\xff\\xfe\\xc3z"'],
    ['main.someBytes', '[]uint8 len 7 cap 7 0x627974657300ff'],
    ['main.aFloat32', 'float32 0.1'],
    ['main.negZero', 'float64 -0'],
    ['main.aComplex64', 'complex64 (1.5-2i)'],
    ['main.aUint', 'uint 18446744073709551615'],
    ['main.nested', '[][]string len 4 cap 4 {{"a"}, nil, {}, {"b", "c"}}'],
    ['main.aSlice', '[]int len 3 cap 8 {4, 5, 6}'],
    ['main.anyNil', 'interface {} nil'],
    ['main.anyNilPtr', '*main.point nil'],
    ['main.aStringer', 'main.point{X: 9, Y: 10}'],
    ['main.aDuration', 'time.Duration 1h30m1.5s'],
    ['main.mutexQueue', 'sync.Mutex locked, 3 waiting'],
    ['main.rwPending', 'sync.RWMutex locked by 1 reader, a writer waits'],
    ['main.atomicBool', 'sync/atomic.Bool true'],
  ] as const

  it('writes values of all kinds', () => {
    const expected = VALUES.map(([name, value]) => `${name} = ${value}\n`)
    expect(shown(...VALUES.map(([name]) => name))).toBe(expected.join(''))
  })

  it('ends at a cycle, and says what it leaves out', () => {
    expect(shown('main.aRing')).toMatch(/Next: &\{Next: 0x[0-9a-f]+ \(shown above\), Key: 2\}/)
    expect(shown('main.many', '--max-items', 3)).toMatch(
      /= \[\]uint32 len 5000 cap \d+ \{0, 1, 4, \.\.\. 4997 more\}\n$/,
    )
    expect(shown('main.long', '--max-string', 4)).toBe('main.long = "0123"...+9996 more\n')
    expect(answer('main.long', '--max-string', 4).variables[0].value).toMatchObject({
      value: '0123',
      length: 10_000,
      truncated: { by: 'bytes', count: 9996 },
    })
  })

  it('shows a pointer into nowhere as such', () => {
    expect(shown('main.dangling')).toBe('main.dangling = &main.point (memory at 0x10 cannot be read)\n')
    const { value } = answer('main.dangling').variables[0]
    expect(value).toMatchObject({
      kind: 'pointer',
      value: '0x10',
      children: [{ error: 'memory at 0x10 cannot be read' }],
    })
  })

  it('says of what leads nowhere where that is, once', () => {
    expect(shown('main.lost', 'main.lostMap', 'main.lostFunc', 'main.absurd')).toMatch(
      new RegExp(
        '^main.lost = \\[\\]int len 5 cap 5 \\{\\.\\.\\. 5 more\\} \\(memory at 0x20 cannot be read\\)\\n' +
          'main.lostMap = map\\[string\\]int 0x30 \\(memory at 0x30 cannot be read\\)\\n' +
          'main.lostFunc = func\\(\\) 0x40 \\(memory at 0x40 cannot be read\\)\\n' +
          'main.absurd = \\[\\]int \\(\\[\\]int at 0x[0-9a-f]+ has a length of 4611686018427387904\\)\\n$',
      ),
    )
  })

  it('sets short elements beside each other, and keys that fit on no line below each other', () => {
    const [first, ...lines] = shown('main.many', '--max-items', 30).trimEnd().split('\n')
    expect(first).toMatch(/^main\.many = \[\]uint32 len 5000 cap \d+ \{$/)
    expect(lines).toEqual([
      '  0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196, 225, 256, 289,',
      '  324, 361, 400, 441, 484, 529, 576, 625, 676, 729, 784, 841, ... 4970 more',
      '}',
    ])
    expect(shown('main.bigKeys', '--max-items', 20)).toMatch(
      /^main\.bigKeys = map\[main\.big\]bool\{\n {2}\{0, 0(, 0)*\}: true\n( {2}\{\d+, 0(, 0)*\}: (true|false)\n){19}\}\n$/,
    )
    const words = shown('main.bigElems', '--max-items', 1)
    expect(words.split('\n').every((line) => line.length <= 80)).toBe(true)
  })

  it('shows as many elements as are asked for, and orders keys as fmt does', () => {
    const { value } = answer('main.bigMap', '--max-items', 3000).variables[0]
    expect(value.children.length).toBe(3000)
    expect(value.children.map(({ key }: { key: { value: number } }) => key.value)).toEqual(
      Array.from({ length: 3000 }, (_, index) => index * 7),
    )
    expect(shown('main.byFloat32', 'main.byWhat', 'main.byBool')).toBe(
      'main.byFloat32 = map[float32]int{-2: 2, 0.1: 1}\n' +
        'main.byWhat = map[interface {}]int{\n' +
        ['nil:         4', 'true:        5', '1:           1', 'int64 1:     2', 'main.code 1: 3', 'uint8 7:     6']
          .map((line) => `  ${line}\n`)
          .join('') +
        '}\nmain.byBool = map[bool]int{false: 0, true: 1}\n',
    )
  })

  it('answers as JSON by its schema, whatever the values are', () => {
    const { process, reading, variables, list } = answer('main.a*', '--depth', 9)
    expect(process).toMatchObject({ pid: program.pid, symbols: 'dwarf' })
    expect(reading).toMatchObject({ mode: 'live', pausedMs: null, torn: 0 })
    expect(list).toBeNull()
    expect(variables.length).toBeGreaterThan(50)
    const { code, stdout, stderr } = runGospy(['var', program.pid, 'main.*', '--json'])
    expect({ code, shown: JSON.parse(stdout).variables.length }).toEqual({ code: 0, shown: 100 })
    expect(stderr).toMatch(/^gospy: main\.\* is \d+ variables: the first 100 are shown; --list shows all names\n$/)
    answer('runtime.mheap_', 'runtime.sched', 'runtime.allp', '--max-items', 2)
  })

  it('lists names and types', () => {
    const { list, reading, variables } = answer('--list', 'main.*Map')
    expect({ reading, variables }).toEqual({ reading: null, variables: null })
    expect(list).toContainEqual({
      name: 'main.smallMap',
      type: 'map[string]int',
      address: expect.stringMatching(/^0x/),
      size: 8,
    })
    expect(list.every(({ name }: { name: string }) => /^main\..*Map$/.test(name))).toBe(true)
    expect(text('--list', 'SmallM')).toMatch(/^NAME +TYPE +BYTES\nmain\.smallMap +map\[string\]int +8\n$/)
    expect(answer('--list').list.length).toBeGreaterThan(500)
  })

  it('offers the nearest names for a wrong one, and shows the others', () => {
    expect(fails(program.pid, 'main.smalMap')).toBe(
      'gospy: the program has no variable main.smalMap; there is main.smallMap\n',
    )
    const { code, stdout, stderr } = runGospy(['var', program.pid, 'main.aConfg', 'main.grid'])
    expect(code).toBe(0)
    expect(stdout).toContain('main.grid = ')
    expect(stderr).toMatch(/^gospy: the program has no variable main\.aConfg; there is main\.aConfig/)
  })

  const NOWHERE = [
    ['main.aConfig.Adr', /no field 'Adr'|Adr/],
    ['main.aSlice[3]', /\[\]int has no element 3: it has 3/],
    ['main.smallMap["four"]', /map\[string\]int has no key "four"/],
    ['main.byPoint[x]', /has no key x: its keys are written as \{X: …, Y: …\}/],
    ['main.aSlice[-1]', /-1 is no index of \[\]int/],
    ['*main.anInt', /int is no pointer/],
    ['main.nilPointer.X', /is a null pointer/],
    ['main.anInt.x', /int has no field x/],
    ['main.aSlice[', /cannot be understood from \[ on/],
  ] as const

  it('says in a line each why a path leads nowhere', () => {
    const { code, stderr } = runGospy(['var', program.pid, 'main.aPoint', ...NOWHERE.map(([path]) => path)])
    expect(code).toBe(0)
    stderr.split('\n').forEach((line, index) => {
      if (NOWHERE[index] !== undefined) expect.soft(line).toMatch(NOWHERE[index][1])
    })
    expect(stderr.split('\n').length).toBe(NOWHERE.length + 1)
    expect(fails(program.pid, 'main.nosuch*')).toBe('gospy: no variable is called main.nosuch*\n')
  })

  it('says what it needs for a program without debug data, and takes a twin', () => {
    const stripped = startValues(buildValues(versions.at(-1)!, 'stripped'))
    try {
      expect(fails(stripped.pid, 'main.aPoint')).toMatch(/^gospy: .* has no debug data \(DWARF\).*--bin FILE/)
      const { stdout, stderr } = runGospy(['var', stripped.pid, 'main.aPoint', '--bin', program.path])
      expect(stderr).toBe('')
      expect(stdout).toContain('main.aPoint = main.point{X: 7, Y: 8}')
    } finally {
      stripped.stop()
    }
  })

  it('refuses wrong usage', () => {
    for (const args of [['var', program.pid], ['var', program.pid, 'x', '--depth', '-1'], ['var']]) {
      expect(runGospy(args).code).toBe(64)
    }
    expect(runGospy(['var', '--pid', program.pid, 'main.aPoint']).stdout).toContain('main.aPoint = ')
  })
})
