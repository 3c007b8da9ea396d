/** Committed sections of both forms against Go's debug/buildinfo (make-golden.mjs); where Go is present, live ones too. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BuildInfo, findBuildInfo, moduleInfoText, parseBuildInfo, parseModuleInfo } from '../src/index.js'
import { goldenPath } from './support/golden.js'
import type { OracleAnswers, OracleModule } from './support/oracle-answers.js'
import { LOCAL_GO } from './support/toolchains.js'

interface GoldenBuildInfo {
  go: string
  arch: string
  address: number
  section: string
  memory: { address: number; bytes: string }[]
  answer: NonNullable<OracleAnswers['buildInfo']>
}

const GOLDEN = JSON.parse(readFileSync(goldenPath('buildinfo.json'), 'utf8')) as GoldenBuildInfo[]

/** In the shape of Go's BuildInfo, as its JSON leaves out what is empty. */
function asGo({ goVersion, path, main, deps, settings }: BuildInfo): GoldenBuildInfo['answer'] {
  const toModule = ({ path, version, sum, replace }: NonNullable<typeof main>): OracleModule => ({
    Path: path,
    ...(version !== '' && { Version: version }),
    ...(sum !== '' && { Sum: sum }),
    ...(replace && { Replace: toModule(replace) }),
  })
  return {
    GoVersion: goVersion,
    ...(path !== undefined && { Path: path }),
    ...(main !== undefined && { Main: toModule(main) }),
    ...(deps.length > 0 && { Deps: deps.map(toModule) }),
    ...(settings.size > 0 && { Settings: [...settings].map(([Key, Value]) => ({ Key, Value })) }),
  }
}

const clean = (answer: GoldenBuildInfo['answer']) =>
  JSON.parse(JSON.stringify(answer, (_, value) => value ?? undefined))
const decode = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

function readAddressOf({ memory }: GoldenBuildInfo) {
  return (address: number, length: number): Uint8Array | undefined => {
    const known = memory.find((one) => one.address === address)
    return known === undefined ? undefined : decode(known.bytes).subarray(0, length)
  }
}

describe.each(GOLDEN)('build info of $go $arch', (golden) => {
  const section = decode(golden.section)
  const readAddress = readAddressOf(golden)

  it('is what debug/buildinfo reads', () => {
    expect(asGo(parseBuildInfo(section, { readAddress }))).toEqual(clean(golden.answer))
  })

  it('is found in other bytes, at 16-byte alignment by address only', () => {
    const around = new Uint8Array(section.length + 256)
    around.set(section, 128)
    expect(asGo(findBuildInfo(around, { readAddress })!)).toEqual(clean(golden.answer))
    expect(findBuildInfo(around.subarray(1), { readAddress })).toBeUndefined()
    expect(findBuildInfo(around.subarray(1), { readAddress, address: 0x400001 })?.goVersion).toBe(
      golden.answer.GoVersion,
    )
    expect(findBuildInfo(around.subarray(0, 150), { readAddress })).toBeUndefined()
    expect(findBuildInfo(new Uint8Array(64))).toBeUndefined()
    // A misaligned copy of the magic string is passed over.
    around.set(section.subarray(0, 14), 3)
    expect(findBuildInfo(around, { readAddress })?.goVersion).toBe(golden.answer.GoVersion)
  })

  it('is found behind what only begins like it', () => {
    const section = new Uint8Array(Buffer.from(golden.section, 'base64'))
    const decoy = section.slice(0, 32)
    // Neither a Go version nor a pointer to one.
    decoy.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 16)
    const around = new Uint8Array(64 * 3 + section.length)
    for (const [index, at] of [0, 64].entries()) around.set(decoy.subarray(0, 32 - index), at)
    expect(() => findBuildInfo(around, { readAddress })).toThrow(/^\.go\.buildinfo at offset 0x/)
    around.set(section, 128)
    expect(asGo(findBuildInfo(around, { readAddress })!)).toEqual(clean(golden.answer))
    // The fault that is reported is that of the first.
    around.fill(0, 128)
    around[14] = 3
    around[15] = 0
    expect(() => findBuildInfo(around, { readAddress })).toThrow('pointer size 3')
  })

  it('is refused when it is cut off', () => {
    for (const length of [0, 13, 31]) {
      expect(() => parseBuildInfo(section.subarray(0, length), { readAddress })).toThrow('.go.buildinfo at offset 0x0')
    }
    if (golden.memory.length === 0) {
      expect(() => parseBuildInfo(section.subarray(0, 60))).toThrow('.go.buildinfo at offset')
    } else {
      expect(() => parseBuildInfo(section)).toThrow('the option readAddress is needed')
      expect(() => parseBuildInfo(section, { readAddress: () => undefined })).toThrow('leads nowhere')
      expect(() => parseBuildInfo(section, { readAddress: (_, length) => new Uint8Array(length).fill(0xff) })).toThrow(
        '2^53',
      )
    }
  })
})

it('covers both forms', () => {
  expect(GOLDEN.map(({ memory }) => memory.length)).toEqual([4, 4, 0, 0])
  const [, , , newest] = GOLDEN
  const info = parseBuildInfo(decode(newest!.section))
  expect(info.goVersion).toBe('go1.27.4-X:nojsonv2')
  expect(info.settings.get('-ldflags')).toBe('-X "main.greeting=good morning"')
  expect(info.deps[0]?.replace?.path).toBe('./dependency')
})

describe('parseModuleInfo', () => {
  it('reads what go version -m prints', () => {
    const info = parseModuleInfo(
      'path\texample.com/a/cmd\nmod\texample.com/a\t(devel)\t\ndep\texample.com/b\tv1.0.0\th1:b=\n=>\t./b\t\t\n' +
        'dep\texample.com/c\tv1.1.0\th1:c=\nbuild\tCGO_ENABLED=0\nbuild\tempty=\nbuild\t"a b"="x=\\"\\u00e9\\x41\\101\\n"\n' +
        'build\tk=`raw \\n`\nfuture\tsomething\nbuild\tno newline',
    )
    expect(info).toEqual({
      path: 'example.com/a/cmd',
      main: { path: 'example.com/a', version: '(devel)', sum: '' },
      deps: [
        { path: 'example.com/b', version: 'v1.0.0', sum: 'h1:b=', replace: { path: './b', version: '', sum: '' } },
        { path: 'example.com/c', version: 'v1.1.0', sum: 'h1:c=' },
      ],
      settings: new Map([
        ['CGO_ENABLED', '0'],
        ['empty', ''],
        ['a b', 'x="éAA\n'],
        ['k', 'raw \\n'],
      ]),
    })
    expect(parseModuleInfo('')).toEqual({ path: undefined, main: undefined, deps: [], settings: new Map() })
  })

  // Each of them is refused by runtime/debug.ParseBuildInfo too: see the test below.
  const MALFORMED = [
    'mod\tonly-a-path\n',
    'dep\ta\tb\tc\td\n',
    '=>\ta\tv1\th1:\n',
    'dep\ta\tv1\th1:\n=>\ta\tv1\n',
    'build\t\n',
    'build\t=x\n',
    'build\tno-equals\n',
    'build\ta b=c\n',
    'build\t"a=b\n',
    'build\t"a"b\n',
    'build\t"a"\n',
    'build\tk="unfinished\n',
    'build\tk="bad\\q"\n',
    'build\tk="\\777"\n',
    'build\tk="\\ud800"\n',
    'build\tk="a"b\n',
    'build\tk=a b\n',
    'build\tk=a"b\n',
  ]

  it.each(MALFORMED)('refuses %j', (text) => {
    expect(() => parseModuleInfo(`path\tx\n${text}`)).toThrow(/^Go module info at offset 0x/)
  })

  it.skipIf(LOCAL_GO === undefined)('refuses just what Go refuses (skipped without Go)', () => {
    const ok = [
      'build\tk="\\U0001F600\\a\\b\\f\\r\\t\\v\\\\"\n',
      'build\tk=\n',
      'path\t\n',
      'x\n',
      'mod\ta\tb\n',
      'build\tk="a\tb"\n',
    ]
    const texts = [...MALFORMED, ...ok].map((text) => `path\tx\n${text}`)
    const source = `package main
import ("os"; "runtime/debug")
func main() { for _, text := range os.Args[1:] { bi, err := debug.ParseBuildInfo(text); if err != nil { println("error"); continue }; value := ""; for _, s := range bi.Settings { value += s.Key + "=" + s.Value }; for _, c := range []byte(value) { print(c, " ") }; println("ok") } }
`
    const go = goRun(source, texts)
    const ours = texts.map((text) => {
      let settings: Map<string, string>
      try {
        settings = parseModuleInfo(text).settings
      } catch {
        return 'error'
      }
      const value = [...settings].map(([key, setting]) => `${key}=${setting}`).join('')
      return `${[...Buffer.from(value)].map((byte) => `${byte} `).join('')}ok`
    })
    expect(ours).toEqual(go)
  })
})

describe('moduleInfoText', () => {
  it('takes off the 16 bytes at both ends, as Go does', () => {
    const frame = 'x'.repeat(16)
    const bytes = (text: string) => new TextEncoder().encode(text)
    expect(moduleInfoText(bytes(`${frame}path\ta\n${frame}`))).toBe('path\ta\n')
    expect(moduleInfoText(bytes(`${frame}path\ta${frame}`))).toBeUndefined()
    expect(moduleInfoText(bytes(''))).toBeUndefined()
    expect(moduleInfoText(bytes(`${frame}${frame}`))).toBeUndefined()
  })
})

/** Lines that a Go program writes to stderr. */
function goRun(source: string, args: string[]): string[] {
  const script =
    'd=$(mktemp -d) && printf %s "$SOURCE" > $d/main.go && cd $d && go build -o p main.go && ./p "$@" 2>&1; rm -rf $d'
  const env = { ...process.env, SOURCE: source, GOTOOLCHAIN: 'local', GOFLAGS: '', GO111MODULE: 'off' }
  return execFileSync('sh', ['-c', script, 'sh', ...args], { env, encoding: 'utf8' })
    .trimEnd()
    .split('\n')
}
