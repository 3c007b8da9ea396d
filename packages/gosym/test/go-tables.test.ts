/**
 * findGoTables on committed binaries of Go 1.13 to 1.27 (fixtures/prebuilt): by sections, by nameless segments, as a plain
 * file. Oracles: the linker's symbols, read by @gospy/elf; golden/moduledata.json, what Go's debug/dwarf says of the type
 * runtime.moduledata in every version (make-golden.mjs). Needs no Go.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixturePath, prebuilt } from '../../../fixtures/src/prebuilt.js'
import { ElfFile } from '../../elf/src/index.js'
import { findGoTables, type GoTables, type MemoryRegion, wasmMemory } from '../src/index.js'
import { MODULE_DATA_LAYOUTS, placeFields } from '../src/moduledata-versions.js'
import { elfRegions, elfSegments } from './support/elf-regions.js'
import { goldenBytes, goldenPath } from './support/golden.js'

const FIXTURES = prebuilt().filter(({ goVersion }) => goVersion !== null)

function open(options: Parameters<typeof findGoTables>[0]): GoTables {
  const tables = findGoTables(options)
  expect(tables).toBeDefined()
  return tables!
}

const functionRows = ({ table }: GoTables) =>
  [...table.functions()].map(({ entry, end, name }) => `${entry}\t${end}\t${name}`)

describe.each(FIXTURES)('$name', (fixture) => {
  const path = fixturePath(fixture)
  const tables = open(elfRegions(path))
  const minor = Number(fixture.goVersion!.split('.')[1])

  it('knows what the symbols say', () => {
    expect(tables.goVersion).toBe(`go${fixture.goVersion}`)
    const module = tables.moduleData!
    expect(module).toMatchObject({ hasMain: true, wasm: false, next: 0, name: '', pluginPath: '', textSections: [] })
    expect(tables.modules).toEqual([module])
    expect(tables.tableOf(module)).toBe(tables.table)
    const elf = new ElfFile(new Uint8Array(readFileSync(path)))
    const symbol = (name: string) => {
      const found = elf.symbols().find(name)
      return found === undefined ? undefined : Number(found.address)
    }
    if (fixture.mode === 'stripped') return
    expect(module.address).toBe(symbol('runtime.firstmoduledata'))
    expect(module.text).toEqual({ start: symbol('runtime.text'), end: symbol('runtime.etext') })
    expect(module.data).toEqual({ start: symbol('runtime.data'), end: symbol('runtime.edata') })
    expect(module.types).toEqual({ start: symbol('runtime.types'), end: symbol('runtime.etypes') })
    expect(module.goFunc).toBe(minor < 18 ? undefined : (symbol('go:func.*') ?? symbol('go.func.*')))
    expect(module.rodata).toBe(minor < 18 ? undefined : symbol('runtime.rodata'))
    for (const name of ['main.main', 'runtime.goexit', 'runtime.schedinit']) {
      expect(tables.table.findFunction(name)!.entry).toBe(symbol(name) ?? symbol(`${name}.abi0`))
    }
    expect(tables.table.expandsInlining).toBe(true)
  })

  it('is the same without names, and as a file without headers', () => {
    const rows = functionRows(tables)
    const segments = open({ regions: elfSegments(path) })
    expect(segments.foundBy).toBe('search')
    expect(segments.moduleData).toEqual(tables.moduleData)
    expect(functionRows(segments)).toEqual(rows)
    const file = new Uint8Array(readFileSync(path))
    file.fill(0, 0, 4096)
    const scanned = open({ file })
    expect(scanned.foundBy).toMatch(/^search of the file, at offset 0x[0-9a-f]+$/)
    expect(scanned.pclntabAddress).toBe(tables.pclntabAddress)
    expect(functionRows(scanned)).toEqual(rows)
    expect(scanned.moduleData).toMatchObject({ text: tables.moduleData!.text, hasMain: true, address: undefined })
    if (minor < 18) return
    expect(scanned.table.expandsInlining).toBe(true)
    const { table } = tables
    let inlined = 0
    for (const func of table.functions()) {
      const frames = table.frames(func.entry + 16)
      if (frames.length > 1) inlined++
      expect(scanned.table.frames(func.entry + 16)).toEqual(frames)
    }
    expect(inlined).toBeGreaterThan(5)
  })

  it('takes the address of the module data from a symbol', () => {
    const { address } = tables.moduleData!
    const { regions, relocations } = elfRegions(path)
    expect(open({ regions, relocations, moduleData: BigInt(address!) }).moduleData).toEqual(tables.moduleData)
    expect(open({ regions, relocations, moduleData: address! + 8 }).moduleData).toBeUndefined()
    expect(open({ regions, relocations, goVersion: `go${fixture.goVersion}` }).moduleData).toEqual(tables.moduleData)
  })

  it('says its version without build info', () => {
    const { regions, relocations } = elfRegions(path)
    const without: MemoryRegion[] = regions.filter(({ name }) => name !== '.go.buildinfo')
    // What is in the data that begins like build info is not it.
    const found = open({ regions: without, relocations })
    expect(found.goVersion).toBe(`go${fixture.goVersion}`)
    expect(found.buildInfo).toBeUndefined()
    expect(functionRows(found)).toEqual(functionRows(tables))
  })
})

describe('the shape of runtime.moduledata', () => {
  type Fields = Record<string, number>
  const golden = JSON.parse(readFileSync(goldenPath('moduledata.json'), 'utf8')) as Record<
    string,
    Record<string, Fields>
  >

  it('is known for Go 1.5 to 1.27', () => expect(Object.keys(golden).length).toBe(23))

  it.each(Object.entries(golden))('of Go %s is what DWARF says', (version, byArch) => {
    const minor = Number(version.split('.')[1])
    const layout = MODULE_DATA_LAYOUTS.find((one) => minor >= one.minor)!
    for (const [arch, pointerSize] of [
      ['amd64', 8],
      ['386', 4],
    ] as const) {
      const { '(size)': stated, ...fields } = byArch[arch]!
      const { offsets, size } = placeFields(layout, pointerSize)
      expect(Object.fromEntries(offsets)).toEqual(fields)
      expect(size).toBe(stated)
    }
  })
})

describe('what is no Go binary', () => {
  it('has no tables', () => {
    expect(findGoTables({ regions: [] })).toBeUndefined()
    expect(findGoTables({ file: new Uint8Array(100) })).toBeUndefined()
    for (const { name } of prebuilt().filter(({ goVersion }) => goVersion === null)) {
      const path = fixturePath(prebuilt().find((one) => one.name === name)!)
      expect(findGoTables(elfRegions(path))).toBeUndefined()
      expect(findGoTables({ file: new Uint8Array(readFileSync(path)) })).toBeUndefined()
    }
  })

  it('is refused where addresses are none', () => {
    const regions = [{ address: 1n << 63n, bytes: new Uint8Array(8) }]
    expect(() => findGoTables({ regions })).toThrow('memory regions: 0x8000000000000000 is no address below 2^53')
  })

  it('may be a table alone, which does not say what its addresses count from', () => {
    const found = open({ regions: [{ name: '.gopclntab', address: 0x1000, bytes: goldenBytes('go1.27.4-amd64') }] })
    expect(found.moduleData).toBeUndefined()
    expect(found.modules).toEqual([])
    expect(found.goVersion).toBeUndefined()
    expect(() => found.table).toThrow('.gopclntab: the module data were not found')
    const old = open({ file: goldenBytes('go1.2.2-amd64') })
    expect(old.pclntabAddress).toBeUndefined()
    expect(old.table.findFunction('main.main')).toBeDefined()
  })
})

describe('WebAssembly memory', () => {
  const module = (...data: number[]) =>
    new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 1, 0, 11, data.length, ...data])

  it('is what the data section puts there, zeros put back', () => {
    // Two segments 16 bytes apart, one far away (0x200000), one that is passive.
    const data = [
      4, 0, 0x41, 8, 0x0b, 2, 1, 2, 0, 0x41, 24, 0x0b, 1, 3, 0, 0x41, 0x80, 0x80, 0x80, 1, 0x0b, 1, 4, 1, 1, 9,
    ]
    const regions = wasmMemory(module(...data))
    expect(regions.map(({ address, bytes }) => [address, bytes.length])).toEqual([
      [0, 0x10000],
      [0x200000, 0x10000],
    ])
    expect([...regions[0]!.bytes.subarray(6, 26)]).toEqual([0, 0, 1, 2, ...Array(14).fill(0), 3, 0])
    expect(regions[1]!.bytes[0]).toBe(4)
    expect(wasmMemory(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toEqual([])
  })

  it.each([
    ['the magic number', new Uint8Array(8)],
    ['version 2 is not 1', new Uint8Array([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0])],
    ['unknown kind 7', module(1, 7)],
    ['without a constant address', module(1, 0, 0x23, 0)],
    ['an address that does not end', module(1, 0, 0x41, 0, 0x41)],
    ['bytes wanted', module(1, 0, 0x41, 0, 0x0b, 100, 1)],
  ])('is refused: %s', (reason, bytes) => {
    expect(() => wasmMemory(bytes)).toThrow(reason)
  })

  it('is not allocated for a few bytes far apart', () => {
    // A byte on every third page: eight bytes of the file for 64 KiB of memory.
    const segment = (index: number) => {
      const address = index * 0x3_0000
      return [
        0,
        0x41,
        (address & 0x7f) | 0x80,
        ((address >> 7) & 0x7f) | 0x80,
        ((address >> 14) & 0x7f) | 0x80,
        address >> 21,
        0x0b,
        1,
        1,
      ]
    }
    const data = (count: number) => [count, ...Array.from({ length: count }, (_, index) => segment(index)).flat()]
    const file = (count: number) => {
      const bytes = data(count)
      const length = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
      return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 11, ...length, ...bytes])
    }
    expect(wasmMemory(file(60)).length).toBe(60)
    expect(() => wasmMemory(file(100))).toThrow('WebAssembly module: more than 4194304 bytes of memory')
  })
})
