/** Functions around an instruction with their variables, and values that are put together from pieces. */
import { DW_AT, DW_FORM, DW_TAG, EvaluationError, type Piece, type Place, Value, ValueError } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { dwarfOf, loadCodeFixture } from './support/code-fixture.js'
import { openLocationFixture } from './support/location-fixture.js'

describe.each(['gcc-5', 'gcc-4', 'clang-3', 'clang-4-big-endian', 'gcc-5-lto', 'gcc-5-32bit'])('%s', (name) => {
  const dwarf = dwarfOf(loadCodeFixture(name))
  const functions = [...dwarf.functions()]

  it('has the functions that frames has, at every tenth address of its code', () => {
    let inlined = 0
    for (const { ranges } of functions) {
      for (const { low, high } of ranges) {
        for (let pc = low; pc < high; pc += 10n) {
          const scopes = dwarf.scopes(pc)
          const frames = dwarf.frames(pc)
          expect(scopes.map((scope) => [scope.name, scope.inlined])).toEqual(
            frames.map((frame) => [frame.function, frame.inlined]),
          )
          inlined += scopes.length - 1
        }
      }
    }
    expect(inlined).toBeGreaterThan(0)
  })

  it('has every variable of a function at some address, and no other', () => {
    for (const { entry, ranges } of functions) {
      const seen = new Set<number>()
      for (const { low, high } of ranges) {
        for (let pc = low; pc < high; pc++) {
          const own = dwarf.scopes(pc).at(-1)!
          expect(own.entry.offset).toBe(entry.offset)
          for (const variable of own.variables(pc)) {
            expect(variable.type).toBeDefined()
            seen.add(variable.entry.offset)
          }
        }
      }
      expect([...seen].sort()).toEqual(variablesBelow(entry).sort())
    }
  })
})

type Entry = ReturnType<typeof openLocationFixture>['entry'] extends (...args: never[]) => infer E ? E : never

/** Offsets of the parameters and variables of a function, those of calls inlined into it left out, as far as their blocks have code. */
function variablesBelow(entry: Entry): number[] {
  const found: number[] = []
  for (const child of entry.children()) {
    if (child.tag === 0x05 || child.tag === 0x34) found.push(child.offset)
    // DW_TAG_lexical_block
    if (child.tag === 0x0b) found.push(...variablesBelow(child))
  }
  return found
}

describe('inlined calls', () => {
  const dwarf = openLocationFixture('clang-5')
  const mix = dwarf.findFunction('mix')!

  it('see their own parameters, which the function around them does not', () => {
    const names = new Set<string>()
    for (let pc = mix.ranges[0]!.low; pc < mix.ranges[0]!.high; pc++) {
      const [inner, ...outer] = dwarf.scopes(pc)
      if (inner!.name !== 'clamp') continue
      for (const variable of inner!.variables(pc)) names.add(`${variable.name} ${variable.isParameter}`)
      expect(outer[0]!.variables(pc).some((variable) => variable.name === 'low')).toBe(false)
    }
    // With those of which no code is left.
    expect([...names].sort()).toEqual(['high true', 'low true', 'result false', 'value true'])
  })
})

describe('names', () => {
  it('of scopes are those of frames also where they are as GCC wrote them before 4.8 (DW_AT_MIPS_linkage_name)', () => {
    const dwarf = buildDwarf({
      '.debug_info': buildUnit(new Bytes().raw(1, 2).string('f').string('_Z1fv').uint(0x1000, 8).uint(0x10, 8).raw(0), {
        version: 4,
      }),
      '.debug_abbrev': buildAbbreviations(
        { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
        {
          code: 2,
          tag: DW_TAG.subprogram,
          attributes: [
            [DW_AT.name, DW_FORM.string],
            [DW_AT.MIPS_linkage_name, DW_FORM.string],
            [DW_AT.low_pc, DW_FORM.addr],
            [DW_AT.high_pc, DW_FORM.data8],
          ],
        },
      ),
    })
    const [scope] = dwarf.scopes(0x1004)
    expect([scope!.name, scope!.subprogram.name]).toEqual(['_Z1fv', 'f'])
    expect(dwarf.frames(0x1004)[0]!.function).toBe('_Z1fv')
  })
})

describe('Value.located', () => {
  const dwarf = openLocationFixture('gcc-5')
  const pair = dwarf.type('pair')
  const memory = {
    read: (address: number, into: Uint8Array) => {
      for (let index = 0; index < into.length; index++) into[index] = (address + index) & 0xff
      return into.length
    },
    readRanges: () => {},
  }
  const context = { memory, register: (number: number) => (number < 2 ? BigInt(number) + 7n : undefined) }
  const piece = (place: Place, bytes: number | undefined, bitOffset = 0): Piece => ({
    place,
    bitSize: bytes && bytes * 8,
    bitOffset,
    uninitialized: false,
  })
  const register = (number: number): Place => ({ kind: 'register', register: number })
  const at = (address: bigint): Place => ({ kind: 'memory', address })
  const located = (...pieces: Piece[]) => Value.located(pair, pieces, context)

  it('puts together what is in registers, memory and the expression itself', () => {
    expect(located(piece(register(0), 8), piece(register(1), 8)).toJS()).toEqual({ low: 7, high: 8 })
    const bytes = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)
    expect(located(piece({ kind: 'bytes', bytes }, 8), piece(at(0x1000n), 8)).toJS()).toEqual({
      low: 1,
      high: 0x0706050403020100n,
    })
    // The upper half of a register.
    expect(located(piece(register(1), 4, 32), piece(register(1), 4), piece(register(0), 8)).toJS()).toEqual({
      low: 8 * 2 ** 32,
      high: 7,
    })
  })

  it('is a value in memory where all of it is there, one piece behind the other', () => {
    expect(located(piece(at(0x1000n), undefined)).address).toBe(0x1000)
    expect(located(piece(at(0x1000n), 8), piece(at(0x1008n), 8)).address).toBe(0x1000)
    expect(located(piece(at(0x1008n), 8), piece(at(0x1000n), 8)).address).toBeUndefined()
  })

  it('says what is missing', () => {
    expect(() => located(piece(register(0), 8), piece(register(2), 8))).toThrow(EvaluationError)
    expect(() => located(piece({ kind: 'optimized out' }, 8), piece(register(0), 8))).toThrow(ValueError)
    expect(() => located(piece(register(0), 8))).toThrow('where 8 of its 16 bytes are is not said')
    expect(() => located(piece(at(0x1000n), 8))).toThrow('where 8 of its 16 bytes are is not said')
    expect(() => located(piece(register(0), 8), piece(register(1), 16))).toThrow('more bytes than it has')
    expect(() => Value.located(pair, [{ ...piece(register(0), 8), bitSize: 3 }], context)).toThrow('whole bytes')
  })
})
