/** `findByAddress` against a scan of the table that follows the rules in its doc comment word by word. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ElfFile, EM, SHN, STB, STT, type SymbolTable } from '../src/index.js'
import { openElf } from '../src/node.js'
import { ElfBuilder } from './support/builder.js'
import { fixture } from './support/fixtures.js'

const MAX = (1n << 64n) - 1n

function scan(table: SymbolTable, address: bigint, machine: number): number | undefined {
  const hasMappingSymbols = [EM.ARM, EM.AARCH64, EM.RISCV].some((each) => each === machine)
  let best: { index: number; key: bigint[] } | undefined
  for (const { index, address: raw, size, type, binding, rawSectionIndex, name } of table) {
    if (index === 0 || rawSectionIndex === SHN.UNDEF || rawSectionIndex === SHN.COMMON) continue
    if (type === STT.SECTION || type === STT.FILE || type === STT.TLS) continue
    const isUnmarked = type === STT.NOTYPE && binding === STB.LOCAL && size === 0
    if (hasMappingSymbols && isUnmarked && name.startsWith('$')) continue
    const start = machine === EM.ARM && type === STT.FUNC ? raw & ~1n : raw
    const last = size === 0 ? start : start + BigInt(size) - 1n
    if (address < start || address > (last > MAX ? MAX : last)) continue
    const scope = binding === STB.LOCAL ? 0n : binding === STB.WEAK ? 1n : 2n
    const key = [size > 0 ? 1n : 0n, start, scope, type === STT.NOTYPE ? 0n : 1n, BigInt(-index)]
    const at = best === undefined ? 0 : key.findIndex((part, position) => part !== best!.key[position])
    if (best === undefined || key[at]! > best.key[at]!) best = { index, key }
  }
  return best?.index
}

const symbol = (base: bigint) =>
  fc.record({
    name: fc.constantFrom(0, 1, 3),
    value: fc.nat(60).map((offset) => BigInt.asUintN(64, base + BigInt(offset))),
    size: fc.oneof({ weight: 1, arbitrary: fc.constant(0n) }, { weight: 3, arbitrary: fc.nat(40).map(BigInt) }),
    info: fc
      .tuple(
        fc.constantFrom(STB.LOCAL, STB.GLOBAL, STB.WEAK),
        fc.constantFrom(STT.NOTYPE, STT.OBJECT, STT.FUNC, STT.FUNC, STT.SECTION, STT.TLS),
      )
      .map(([binding, type]) => binding * 16 + type),
    section: fc.constantFrom(1, 1, 1, SHN.ABS, SHN.UNDEF, SHN.COMMON),
  })

it.each([
  ['low', 0n],
  ['across 2^32', 0xffff_ffe0n],
  ['of a kernel', 0xffff_ffff_8100_0000n],
  ['at the end of the address space', MAX - 50n],
])('any symbols, %s', (_, base) => {
  fc.assert(
    fc.property(
      fc.array(symbol(base), { maxLength: 24 }),
      fc.constantFrom(EM.X86_64, EM.ARM, EM.AARCH64),
      (symbols, machine) => {
        const builder = new ElfBuilder({ class: 64, littleEndian: true })
        builder.addSymbols('\0$x\0name\0', symbols)
        const bytes = builder.build()
        bytes[18] = machine
        const table = new ElfFile(bytes).symbols()
        for (let offset = -2n; offset < 110n; offset++) {
          const address = base + offset
          if (address < 0n || address > MAX) expect(table.findByAddress(address)).toBeUndefined()
          else expect(table.findByAddress(address)?.index).toBe(scan(table, address, machine))
        }
      },
    ),
    { numRuns: 60, seed: 1 },
  )
})

it.each(['x86_64.exec', 'arm.exec', 'mips.exec', 'powerpc64.exec', 'aarch64.so', 'arm.so', 'i386.pie'])(
  '%s',
  (name) => {
    const elf = new ElfFile(fixture(name))
    const table = elf.symbols()
    const { machine } = elf.header
    for (const { address, size } of table) {
      for (const wanted of [address - 1n, address, address + 1n, address + BigInt(size), address + BigInt(size) - 1n]) {
        if (wanted < 0n) continue
        expect(table.findByAddress(wanted)?.index).toBe(scan(table, wanted, machine))
      }
    }
  },
)

it('a hundred thousand look-ups in the symbols of Node take no time', () => {
  using elf = openElf(process.execPath)
  const table = elf.symbols().length > 0 ? elf.symbols() : elf.dynamicSymbols()
  expect(table.length).toBeGreaterThan(10_000)
  table.findByAddress(0)
  const text = elf.section('.text')!
  const start = performance.now()
  let found = 0
  for (let index = 0; index < 100_000; index++) {
    const address = text.address + BigInt(Math.floor((text.size / 100_000) * index))
    if (table.findByAddress(address) !== undefined) found++
  }
  // Some 50 ms. Wide, for busy machines: scans would take minutes.
  expect(performance.now() - start).toBeLessThan(3000)
  expect(found).toBeGreaterThan(50_000)
})
