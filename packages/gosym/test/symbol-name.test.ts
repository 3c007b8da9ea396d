/**
 * Names as real toolchains write them. The live tests compare with debug/gosym for whole binaries, the golden ones with
 * what Go's runtime prints.
 */
import { describe, expect, it } from 'vitest'
import { displayName, parseGoVersion, parseSymbolName } from '../src/index.js'

describe('parseSymbolName', () => {
  it.each<[name: string, pkg: string, receiver: string | undefined, base: string, nested: string]>([
    ['main.main', 'main', undefined, 'main', ''],
    ['net/http.(*conn).serve', 'net/http', '(*conn)', 'serve', ''],
    ['time.Time.Add', 'time', 'Time', 'Add', ''],
    ['main.main.func1', 'main', undefined, 'main', 'func1'],
    ['main.main.func1.2', 'main', undefined, 'main', 'func1.2'],
    ['main.main.gowrap1', 'main', undefined, 'main', 'gowrap1'],
    ['main.(*T).M.func1.deferwrap2', 'main', '(*T)', 'M', 'func1.deferwrap2'],
    ['main.(*T).M-fm', 'main', '(*T)', 'M-fm', ''],
    ['main.all-range1', 'main', undefined, 'all-range1', ''],
    ['main.init.0', 'main', undefined, 'init', '0'],
    ['main.init.0.func1', 'main', undefined, 'init', '0.func1'],
    ['main.map.init.0', 'main', undefined, 'map.init', '0'],
    ['main.glob..func1', 'main', undefined, 'glob', 'func1'],
    ['main.Map[...]', 'main', undefined, 'Map[...]', ''],
    [
      'main.Map[go.shape.int,go.shape.struct { a/b.c int }]',
      'main',
      undefined,
      'Map[go.shape.int,go.shape.struct { a/b.c int }]',
      '',
    ],
    ['example.com/a/b.(*List[go.shape.string]).Push', 'example.com/a/b', '(*List[go.shape.string])', 'Push', ''],
    [
      'main.(*pair[go.shape.string]).convert[go.shape.int]',
      'main',
      '(*pair[go.shape.string])',
      'convert[go.shape.int]',
      '',
    ],
    ['gopkg.in/yaml%2ev3.(*Decoder).Decode', 'gopkg.in/yaml%2ev3', '(*Decoder)', 'Decode', ''],
    ['go.uber.org/zap.(*Logger).Info', 'go.uber.org/zap', '(*Logger)', 'Info', ''],
    ['go:buildid', '', undefined, 'go:buildid', ''],
    ['go.buildid', '', undefined, 'go.buildid', ''],
    ['type:.eq.main.T', '', undefined, 'type:.eq.main.T', ''],
    ['type..eq.github.com/a/b.T', '', undefined, 'type..eq.github.com/a/b.T', ''],
    ['_rt0_amd64_linux', '', undefined, '_rt0_amd64_linux', ''],
    ['main.func·001', 'main', undefined, 'func·001', ''],
    ['', '', undefined, '', ''],
    ['[', '', undefined, '[', ''],
  ])('%s', (name, pkg, receiver, base, nested) => {
    expect(parseSymbolName(name)).toMatchObject({ package: pkg, receiver, base, nested })
  })

  it('undoes escapes for the import path only', () => {
    expect(parseSymbolName('gopkg.in/yaml%2ev3.Marshal').importPath).toBe('gopkg.in/yaml.v3')
    expect(parseSymbolName('example.com/%c3%a9%25.F').importPath).toBe('example.com/é%')
    expect(parseSymbolName('example.com/100%.F').importPath).toBe('example.com/100%')
  })
})

describe('displayName', () => {
  const go120 = parseGoVersion('go1.20.14')!
  const go121 = parseGoVersion('go1.21.0')!
  const go127 = parseGoVersion('go1.27.4')!

  it.each([
    ['main.main', 'main.main', 'main.main', 'main.main'],
    ['main.F[...]', 'main.F[...]', 'main.F[...]', 'main.F[...]'],
    ['main.F[go.shape.int]', 'main.F[go.shape.int]', 'main.F[...]', 'main.F[...]'],
    ['main.F[map[string]int].func1', 'main.F[map[string]int].func1', 'main.F[...].func1', 'main.F[...].func1'],
    [
      'main.(*pair[a[b],c]).convert[d].func1',
      'main.(*pair[a[b],c]).convert[d].func1',
      'main.(*pair[...].func1',
      'main.(*pair[...]).convert[...].func1',
    ],
    ['type:.eq.[2]string', 'type:.eq.[2]string', 'type:.eq.[...]string', 'type:.eq.[...]string'],
    ['gopkg.in/yaml%2ev3.F', 'gopkg.in/yaml%2ev3.F', 'gopkg.in/yaml%2ev3.F', 'gopkg.in/yaml%2ev3.F'],
    // Nothing to be made of these: Go 1.27 prints them as they are.
    ['a[b]c]d[e]', 'a[b]c]d[e]', 'a[...]', 'a[b]c]d[e]'],
    ['a]b[', 'a]b[', 'a]b[', 'a]b['],
    ['a[b', 'a[b', 'a[b', 'a[b'],
    ['', '', '', ''],
  ])('%s', (name, in120, in121, in127) => {
    expect([go120, go121, go127].map((version) => displayName(name, version))).toEqual([in120, in121, in127])
    expect(displayName(name)).toBe(in127)
  })
})
