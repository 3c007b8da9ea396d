/** Line number programs by hand, for what no compiler at hand writes. Where llvm-dwarfdump is there it reads them as well. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FormatError } from '@gospy/bytes'
import { DW_LNE, LINE_FLAG, type LineTable } from '@gospy/dwarf'
import { afterAll, describe, expect, it } from 'vitest'
import { Bytes, buildDwarf } from './support/builder.js'
import { dumpedSection } from './support/code-oracles.js'
import { dumpLineTables } from './support/dump-lines.js'
import { writeElf } from './support/elf-writer.js'
import { randomNumbers } from './support/mutations.js'
import { ourStatements, readelfStatements } from './support/readelf-lines.js'

const DUMP = 'llvm-dwarfdump'

interface ProgramOptions {
  version?: number
  minimumInstructionLength?: number
  maximumOperations?: number
  lineBase?: number
  lineRange?: number
  opcodeBase?: number
  segmentSelectorSize?: number
}

const LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2, 0, 3]

/** A table of two files in two directories. */
function buildProgram(program: Bytes, options: ProgramOptions = {}): Uint8Array {
  const { version = 4, minimumInstructionLength = 1, maximumOperations = 1 } = options
  const { lineBase = -3, lineRange = 12, opcodeBase = 13 } = options
  const header = new Bytes().raw(minimumInstructionLength)
  if (version >= 4) header.raw(maximumOperations)
  header.raw(1, lineBase & 0xff, lineRange, opcodeBase, ...LENGTHS.slice(0, opcodeBase - 1))
  if (version >= 5) {
    header
      .raw(1, 1, 8, 2)
      .string('/dir')
      .string('inc')
      .raw(2, 1, 8, 2, 0x0b, 2)
      .string('a.c')
      .raw(0)
      .string('b.c')
      .raw(1)
  } else {
    header.string('inc').raw(0).string('a.c').raw(0, 0, 0).string('b.c').raw(1, 5, 6).raw(0)
  }
  const body = new Bytes().uint(version, 2)
  if (version >= 5) body.raw(8, options.segmentSelectorSize ?? 0)
  body.uint(header.length, 4).raw(...header.list, ...program.list)
  return new Bytes()
    .uint(body.length, 4)
    .raw(...body.list)
    .toBytes()
}

const setAddress = (bytes: Bytes, address: number | bigint, size = 8) => bytes.raw(0, size + 1, 2).uint(address, size)
const endSequence = (bytes: Bytes) => bytes.raw(0, 1, 1)

function tableOf(section: Uint8Array): LineTable {
  return buildDwarf({ '.debug_line': section }).lineTables().next().value!
}

const rowsOf = (table: LineTable) =>
  [...table].map((row) => `${row.address.toString(16)} ${row.file}:${row.line}:${row.column}`)

describe('line number programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dwarf-lines-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const llvm = spawnSync(DUMP, ['--version']).status === 0
  const readelf = spawnSync('readelf', ['--version']).status === 0

  const everything = () =>
    endSequence(
      setAddress(new Bytes(), 0xffff_ffff_8100_0000n)
        .raw(5, 7, 7, 10, 1) // column, basic block, prologue end, copy
        .raw(0, 2, 4, 9, 0x40) // discriminator, special
        .raw(11, 12, 3, 1) // epilogue begin, isa, copy
        .raw(4, 2, 6, 3, 0x80 | 0x48, 0x7f, 1) // file, not a statement, line -56 in two bytes
        .raw(2, 0x81, 0x02, 8, 9, 0x34, 0x12, 1) // advance_pc 257, const_add_pc, fixed_advance_pc
        .raw(5, 0x90, 0x03, 3)
        .sleb(1_000_000)
        .raw(0xff) // column 400, line + a million, special
        .raw(0, 4, 0x90, 1, 2, 3, 1), // a vendor's own
    )

  it.each([2, 3, 4, 5])('every instruction, version %d', (version) => {
    const section = buildProgram(everything(), { version })
    const dwarf = buildDwarf({ '.debug_line': section })
    const ours = dumpLineTables(dwarf).trim()
    expect(ours.match(/^0xffffffff81.*$/gm)?.length).toBe(8)
    expect(ours).toContain(
      '0xffffffff81000000      1      7      1   0             0  is_stmt basic_block prologue_end',
    )
    const path = join(folder, `version-${version}`)
    writeFileSync(path, writeElf(new Map([['.debug_line', section]])))
    if (readelf) {
      const raw = execFileSync('readelf', ['-W', '--debug-dump=rawline', path], { encoding: 'utf8' })
      expect(ourStatements(dwarf)).toEqual(readelfStatements(raw))
    }
    if (!llvm) return
    const theirs = dumpedSection(execFileSync(DUMP, ['--debug-line', path], { encoding: 'utf8' }), 'debug_line')
    expect(ours).toBe(theirs)
  })

  /** Any instructions, one after the other, and any parameters of special opcodes. */
  function anyProgram(seed: number): Uint8Array {
    const random = randomNumbers(seed)
    const version = 2 + random(4)
    const program = new Bytes()
    for (let sequence = 0; sequence < 1 + random(3); sequence++) {
      // Some that are about to carry into the upper word.
      const address = BigInt(random(2 ** 31)) << BigInt(random(30))
      setAddress(program, random(3) === 0 ? address | 0xffff_f000n : address)
      for (let count = random(200); count > 0; count--) {
        const kind = random(20)
        if (kind < 10) program.raw(13 + random(243))
        else if (kind < 12) program.raw([1, 6, 7, 8, 10, 11][random(6)]!)
        else if (kind < 13) program.raw(0, 2, 4, random(128))
        else if (kind < 14) program.raw(9).uint(random(0x1_0000), 2)
        else if (kind < 16) program.raw(3).sleb(random(2 ** random(20)) - random(2 ** random(20)))
        else if (kind < 17) program.raw(2).uleb(random(2 ** random(30)))
        // As much as llvm-dwarfdump has room for.
        else if (kind < 18) program.raw(12).uleb(random(256))
        else program.raw(4 + random(2)).uleb(random(2 ** random(17)))
      }
      endSequence(program)
    }
    return buildProgram(program, {
      version,
      minimumInstructionLength: [1, 1, 4, 255][random(4)]!,
      lineBase: [-3, -128, -1, 127][random(4)]!,
      lineRange: [12, 1, 14, 255][random(4)]!,
    })
  }

  const lacks = llvm && readelf ? '' : ' (no llvm-dwarfdump or readelf here)'
  it.skipIf(lacks !== '')(`any instructions, as llvm-dwarfdump and readelf run them${lacks}`, () => {
    const sections = Array.from({ length: 150 }, (_, seed) => anyProgram(seed + 1))
    const section = new Uint8Array(Buffer.concat(sections))
    const path = join(folder, 'any')
    writeFileSync(path, writeElf(new Map([['.debug_line', section]])))
    const run = (tool: string, ...args: string[]) =>
      execFileSync(tool, [...args, path], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    const dwarf = buildDwarf({ '.debug_line': section })
    expect(dumpLineTables(dwarf).trim()).toBe(dumpedSection(run(DUMP, '--debug-line'), 'debug_line'))
    const theirs = readelfStatements(run('readelf', '-W', '--debug-dump=rawline'))
    expect(ourStatements(dwarf).join('\n')).toBe(theirs.join('\n'))
    expect(theirs.length).toBeGreaterThan(20_000)
  })

  it('opcodes of a later version, and of an earlier one', () => {
    const later = endSequence(setAddress(new Bytes(), 0x100).raw(13, 0x81, 1, 5).raw(14).raw(15, 1, 2, 3).raw(0x30))
    expect(rowsOf(tableOf(buildProgram(later, { opcodeBase: 16 })))).toEqual(['102 1:6:0', '102 1:6:0'])
    // Before DWARF 3 there were nine: 10 is a special opcode.
    const earlier = endSequence(setAddress(new Bytes(), 0x100).raw(10, 11))
    expect(rowsOf(tableOf(buildProgram(earlier, { opcodeBase: 10, version: 2 })))).toEqual([
      '100 1:4294967294:0',
      '100 1:4294967292:0',
      '100 1:4294967292:0',
    ])
  })

  it('operations of VLIW instructions (DWARF 5, section 6.2.5.1)', () => {
    // Special opcode 13 + 12 n + 3 advances by n operations and no line.
    const program = setAddress(new Bytes(), 0x1000).raw(16 + 12, 16 + 24, 2, 5, 1, 9, 4, 0, 1)
    const table = tableOf(buildProgram(endSequence(program), { minimumInstructionLength: 16, maximumOperations: 3 }))
    expect([...table].map(({ address, operationIndex }) => [address, operationIndex])).toEqual([
      [0x1000n, 1],
      [0x1010n, 0],
      [0x1010n + 16n, 2],
      [0x1024n, 0],
      [0x1024n, 0],
    ])
  })

  it('addresses carry into the upper word, go back by wrapping around, and keep all of 64 bits', () => {
    const program = setAddress(new Bytes(), 0x1_ffff_fff0n)
      .raw(2, 0x7f, 1, 2)
      .uleb(2n ** 64n - 0x80n)
      .raw(1)
    setAddress(
      program
        .raw(2)
        .uleb(2n ** 40n)
        .raw(1),
      0xffff_ffff_ffff_fff0n,
    ).raw(1)
    const table = tableOf(buildProgram(endSequence(program)))
    expect([...table].map(({ address }) => address)).toEqual([
      0x2_0000_006fn,
      0x1_ffff_ffefn,
      0x101_ffff_ffefn,
      0xffff_ffff_ffff_fff0n,
      0xffff_ffff_ffff_fff0n,
    ])
    const reader = table.reader()
    expect([reader.next(), reader.address, reader.addressHigh, reader.addressLow]).toEqual([
      true,
      0x2_0000_006fn,
      2,
      0x6f,
    ])
  })

  it('files that the program itself defines', () => {
    const program = new Bytes().raw(0, 8, 3).string('c.h').raw(1, 2, 3)
    const table = tableOf(buildProgram(endSequence(setAddress(program, 0x10).raw(4, 3, 1, 0x20))))
    expect(table.files().map(({ index, name, path }) => [index, name, path])).toEqual([
      [1, 'a.c', 'a.c'],
      [2, 'b.c', 'inc/b.c'],
      [3, 'c.h', 'inc/c.h'],
    ])
    expect(table.file(3)?.modificationTime).toBe(2)
    expect(table.find(0x10)?.file).toBe(3)
    expect([table.file(0), table.file(4)]).toEqual([undefined, undefined])
  })

  it('paths and numbers of files in version 5', () => {
    const table = tableOf(buildProgram(endSequence(new Bytes()), { version: 5 }))
    expect(table.directories).toEqual(['/dir', 'inc'])
    expect(table.files().map(({ index, path }) => [index, path])).toEqual([
      [0, '/dir/a.c'],
      [1, '/dir/inc/b.c'],
    ])
  })

  it('more rows than a batch', () => {
    const program = setAddress(new Bytes(), 0x1000)
    for (let index = 0; index < 500; index++) program.raw(13 + 12 + 4)
    const table = tableOf(buildProgram(endSequence(program)))
    expect(table.rows.length).toBe(501)
    expect(table.rows.row(499)).toMatchObject({ address: 0x1000n + 500n, line: 501, isStatement: true })
    expect(table.find(0x1000 + 100)?.line).toBe(101)
    expect(table.find(0x1000 + 500)).toBeUndefined()
    expect(() => table.rows.row(501)).toThrow(RangeError)
    expect(table.rows.flags[500]! & LINE_FLAG.endSequence).toBe(LINE_FLAG.endSequence)
  })
})

describe('the row of an address', () => {
  it('is the last of several with one address', () => {
    const program = setAddress(new Bytes(), 0x10).raw(1, 13 + 4, 13 + 5)
    expect(tableOf(buildProgram(endSequence(program.raw(2, 9)))).find(0x12)?.line).toBe(4)
  })

  it('is found in sequences in any order, overlapping, and with rows in any order', () => {
    const program = new Bytes()
    const sequence = (address: number, length: number, line: number) =>
      endSequence(
        setAddress(program.raw(3).sleb(line - 1), address)
          .raw(1, 2)
          .uleb(length),
      )
    sequence(0x4000, 0x10, 40)
    sequence(0x1000, 0x1000, 10)
    sequence(0x1100, 0x10, 11)
    // Rows that go back.
    setAddress(program.raw(3).sleb(19), 0x3010).raw(1)
    endSequence(setAddress(program.raw(3, 1), 0x3000).raw(1, 2, 0x20))
    // Without an end, and without bytes: no sequence.
    sequence(0x5000, 0, 50)
    setAddress(program, 0x6000).raw(1)
    const table = tableOf(buildProgram(program))
    const line = (pc: number) => table.find(pc)?.line
    expect([0xfff, 0x1000, 0x10ff, 0x1100, 0x110f, 0x1110, 0x1fff, 0x2000].map(line)).toEqual([
      undefined,
      10,
      10,
      11,
      11,
      10,
      10,
      undefined,
    ])
    expect([0x2fff, 0x3000, 0x300f, 0x3010, 0x301f, 0x3020].map(line)).toEqual([undefined, 21, 21, 20, 20, undefined])
    expect([0x4000, 0x4010, 0x5000, 0x6000].map(line)).toEqual([40, undefined, undefined, undefined])
    expect([...table.sequences].map(({ low, high }) => [low, high])).toEqual([
      [0x1000n, 0x2000n],
      [0x1100n, 0x1110n],
      [0x3000n, 0x3020n],
      [0x4000n, 0x4010n],
    ])
    expect(table.addressesOf(1, 20)).toEqual([0x3010n])
    expect(table.find(-1)).toBeUndefined()
    expect(table.find(2n ** 64n)).toBeUndefined()
    expect(table.find(1.5)).toBeUndefined()
  })
})

describe('malformed line number programs', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'segment selectors',
      buildProgram(new Bytes(), { version: 5, segmentSelectorSize: 4 }),
      /segment selectors of 4 bytes/,
    ],
    ['version 6', new Bytes().uint(4, 4).uint(6, 2).uint(0, 2).toBytes(), /version 6 \(2 to 5 are known\)/],
    ['no operations', buildProgram(new Bytes(), { maximumOperations: 0 }), /instructions of no operations/],
    ['a length beyond the section', new Bytes().uint(100, 4).uint(4, 2).toBytes(), /the section has only/],
  ])('%s', (_, section, message) => {
    expect(() => tableOf(section)).toThrow(FormatError)
    expect(() => tableOf(section)).toThrow(message)
  })

  it.each<[string, Bytes, ProgramOptions, RegExp]>([
    ['special opcodes while the range of lines is 0', new Bytes().raw(20), { lineRange: 0 }, /the range of lines is 0/],
    ['const_add_pc while the range of lines is 0', new Bytes().raw(8), { lineRange: 0 }, /the range of lines is 0/],
    ['an extended opcode of no bytes', new Bytes().raw(0, 0), {}, /extended opcode of no bytes/],
    ['an extended opcode that runs past the end', new Bytes().raw(0, 9, 2, 1), {}, /9 bytes, 2 left/],
    ['an address of three bytes', new Bytes().raw(0, 4, 2, 1, 2, 3), {}, /no integer has 3 bytes/],
    ['an operand that runs past the end', new Bytes().raw(2, 0x80), {}, /bytes wanted, 0 left/],
    ['a column above 32 bits', new Bytes().raw(5).uleb(2n ** 32n), {}, /above 2\^32/],
  ])('%s: the rows before are there', (_, fault, options, message) => {
    const program =
      options.lineRange === 0
        ? endSequence(setAddress(new Bytes(), 0x10).raw(1, 2, 4))
        : endSequence(setAddress(new Bytes(), 0x10).raw(1, 0x30))
    const table = tableOf(buildProgram(program.raw(...fault.list), options))
    expect(table.fault).toBeInstanceOf(FormatError)
    expect(table.fault?.message).toMatch(message)
    expect(table.rows.length).toBeGreaterThan(1)
    expect(table.find(0x10)?.line).toBe(1)
    expect(() => table.find(0x1000)).toThrow(message)
    const reader = table.reader()
    expect(() => {
      while (reader.next());
    }).toThrow(message)
  })

  it('instructions: those before are there', () => {
    const instructions = tableOf(buildProgram(setAddress(new Bytes(), 0x10).raw(0x30, 2, 0x80))).instructions()
    expect(instructions.next().value).toMatchObject({ kind: 'extended', opcode: DW_LNE.set_address, operands: [0x10n] })
    expect(instructions.next().value).toMatchObject({ kind: 'special', opcode: 0x30, operands: [2, 8] })
    expect(() => instructions.next()).toThrow(/^\.debug_line at offset 0x.*bytes wanted, 0 left/)
  })

  it('as many files as it likes from no bytes', () => {
    const header = new Bytes().raw(1, 1, 1, 0xfd, 12, 1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0)
    const body = new Bytes()
      .uint(5, 2)
      .raw(8, 0)
      .uint(header.length, 4)
      .raw(...header.list)
    const table = tableOf(
      new Bytes()
        .uint(body.length, 4)
        .raw(...body.list)
        .toBytes(),
    )
    expect(() => table.files()).toThrow(/entries that have no bytes/)
  })
})
