/** Core files of two threads with known registers. Oracle: gdb (golden/NAME.gdb.txt, made by fixtures/build-linked.sh). */
import { FormatError, readExactly, readPointers } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { AT, CoreFile, ElfFile } from '../src/index.js'
import { fixture, golden } from './support/fixtures.js'

const cases = [
  { machine: 'x86_64', known: ['r12', 'r13', 'rbx'] },
  { machine: 'aarch64', known: ['x19', 'x20', 'x21'] },
]

describe.each(cases)('$machine, two threads', ({ machine, known }) => {
  const name = `${machine}.threads.core`
  const core = new CoreFile(new ElfFile(fixture(name)))
  const program = new ElfFile(fixture(`${machine}.threads.exec`))
  const gdb = golden(`${name}.gdb`)
  const address = (symbol: string) => program.symbols().find(symbol)!.address

  it('have the registers that gdb shows', () => {
    let compared = 0
    for (const part of gdb.split(/^Thread \d+ \(LWP /m).slice(1)) {
      const [, tid, registers] = /^(\d+)\):\n([\s\S]*)/.exec(part)!
      const thread = core.threads.find((each) => each.tid === Number(tid))!
      for (const [, register, value] of registers!.matchAll(/^(\w+) +0x([0-9a-f]+) /gm)) {
        const ours = thread.registers.get(register!)
        if (ours === undefined) continue
        expect(ours.toString(16), register).toBe(value)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(40)
  })

  it('have what the program put into them', () => {
    expect(core.threads.length).toBe(2)
    const values = core.threads.map(({ registers }) => known.map((register) => registers.get(register)))
    expect(values).toEqual([
      [0x1111n, 0x2222n, 0x3333n],
      [0x4444n, 0x5555n, 0x6666n],
    ])
    const [died, spinning] = core.threads
    expect(died!.pc).toBe(address('fault'))
    expect(spinning!.pc).toBe(address('spin'))
    expect(spinning!.sp).toBe(address('stack') + 4096n)
    expect(died!.signal).toBe(11)
    expect(died!.notes.length).toBeGreaterThan(0)
  })

  it('the process', () => {
    expect(core.process).toMatchObject({ pid: core.threads[0]!.tid, uid: 0, gid: 0 })
    expect(core.process!.commandLine).toContain('one two')
    expect(`${machine}.threads.exec`.startsWith(core.process!.name.replace(/^qemu.*/, ''))).toBe(true)
  })

  it('the auxiliary vector that gdb shows', () => {
    const listed = [...gdb.matchAll(/^(\d+) +(?:AT_\w+|\?\?\?) .*?(0x[0-9a-f]+|\d+)(?: ".*")?$/gm)]
    expect(listed.length).toBeGreaterThan(10)
    const ours = core.auxv.map(({ type, value }) => [type, value])
    expect(ours).toEqual(listed.slice(0, -1).map(([, type, value]) => [Number(type), BigInt(value!)]))
    expect(core.auxv.find(({ type }) => type === AT.ENTRY)!.value).toBe(program.header.entry)
  })

  it('its memory', () => {
    const record = program.symbols().find('record')!
    const bytes = readExactly(core.memory, record.addressNumber, record.size)
    expect(new TextDecoder().decode(bytes.subarray(8, 29))).toBe('memory of the process')
    const words = /<record>:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)/.exec(gdb)!
    const view = new DataView(bytes.buffer)
    expect(view.getBigUint64(0, true)).toBe(BigInt(`0x${words[1]}`))
    expect(view.getBigUint64(8, true)).toBe(BigInt(`0x${words[2]}`))
    // Across a page, and up to where the dump ends.
    const end = core.elf.segmentAt(record.address)!
    const into = new Uint8Array(64)
    const limit = Number(end.address) + end.fileSize
    const range = { address: limit - 8, into, bytesRead: -1 }
    core.memory.readRanges([range])
    expect(range.bytesRead).toBeGreaterThanOrEqual(8)
    expect(core.memory.read(8, into)).toBe(0)
    expect(core.memory.read(2 ** 52, into)).toBe(0)
    expect(readPointers(core.memory, record.addressNumber, 1).length).toBe(1)
  })
})

describe('what only the kernel writes', () => {
  const core = new CoreFile(new ElfFile(fixture('x86_64.threads.core')))

  it('the signal, and the address at fault', () => {
    expect(core.signalInfo).toEqual({
      ...{ signal: 11, code: 1, errno: 0, address: 0xdead0n, senderPid: undefined, senderUid: undefined },
    })
    expect(core.threads[0]!.signalInfo).toEqual(core.signalInfo)
    expect(core.threads[1]!.signalInfo).toBeUndefined()
  })

  it('the mapped files, as gdb lists them', () => {
    const gdb = golden('x86_64.threads.core.gdb')
    const listed = [...gdb.matchAll(/^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(\S+)/gm)]
    expect(listed.length).toBeGreaterThan(0)
    expect(core.mappings.map(({ start, end, fileOffset, path }) => [start, end, fileOffset, path])).toEqual(
      listed.map(([, start, end, offset, path]) => [
        BigInt(`0x${start}`),
        BigInt(`0x${end}`),
        BigInt(`0x${offset}`),
        path,
      ]),
    )
    const { pc } = core.threads[0]!
    expect(core.fileAt(pc!)!.path).toContain('x86_64.threads.exec')
    expect(core.fileAt(1n)).toBeUndefined()
  })
})

it('a core by gdb has one thread', () => {
  const core = new CoreFile(new ElfFile(fixture('x86_64.core')))
  expect(core.threads.length).toBe(1)
  expect(core.process!.pid).toBe(core.threads[0]!.tid)
  expect(core.mappings.length).toBeGreaterThan(0)
})

it('a core file that was cut off has its threads, and the memory up to there', () => {
  const bytes = fixture('x86_64.core')
  const whole = new CoreFile(new ElfFile(bytes))
  const { offset, fileSize } = whole.elf.segments[0]!
  const cut = new CoreFile(new ElfFile(bytes.subarray(0, offset + fileSize)))
  expect(() => cut.elf.sections).toThrow(FormatError)
  expect(cut.threads).toEqual(whole.threads)
  // In the other the memory comes last.
  const threads = fixture('x86_64.threads.core')
  const { address, offset: start } = new ElfFile(threads).segments.filter(({ fileSize: size }) => size > 0).at(-2)!
  const half = new CoreFile(new ElfFile(threads.subarray(0, start + 100)))
  expect(half.memory.read(Number(address), new Uint8Array(4096))).toBe(100)
})

it('what is no core file is refused', () => {
  expect(() => new CoreFile(new ElfFile(fixture('x86_64.exec')))).toThrow(FormatError)
})
