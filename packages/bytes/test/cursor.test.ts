/** Oracles: DataView for fixed sizes; for LEB128 the encoder below, written from DWARF 5, section 7.6, over bigint. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor, FormatError } from '../src/index.js'

/** Little-endian base 128, as short as it can be, or padded to `length` bytes. */
function encodeLeb128(value: bigint, signed: boolean, length = 0): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const group = Number(BigInt.asUintN(7, rest))
    rest >>= 7n
    const isLast = signed ? rest === (group & 0x40 ? -1n : 0n) : rest === 0n
    if (isLast && bytes.length + 1 >= length) return Uint8Array.of(...bytes, group)
    bytes.push(group | 0x80)
  }
}

const uleb = (value: bigint, length?: number) => encodeLeb128(value, false, length)
const sleb = (value: bigint, length?: number) => encodeLeb128(value, true, length)
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

describe('fixed sizes', () => {
  const values = new Uint8Array(16).map((_, index) => 0x80 + index * 17)
  const view = new DataView(values.buffer)

  it.each([true, false])('little-endian: %s', (littleEndian) => {
    fc.assert(
      fc.property(fc.nat(8), (offset) => {
        const at = () => new Cursor(values, { littleEndian, offset })
        expect(at().u8()).toBe(view.getUint8(offset))
        expect(at().i8()).toBe(view.getInt8(offset))
        expect(at().u16()).toBe(view.getUint16(offset, littleEndian))
        expect(at().i16()).toBe(view.getInt16(offset, littleEndian))
        expect(at().u32()).toBe(view.getUint32(offset, littleEndian))
        expect(at().i32()).toBe(view.getInt32(offset, littleEndian))
        expect(at().u64big()).toBe(view.getBigUint64(offset, littleEndian))
        expect(at().i64big()).toBe(view.getBigInt64(offset, littleEndian))
        for (const size of [1, 2, 4, 8]) {
          const exact = at().uintBig(size)
          expect(exact).toBe(
            (view.getBigUint64(offset, littleEndian) >> BigInt(littleEndian ? 0 : 64 - size * 8)) &
              ((1n << BigInt(size * 8)) - 1n),
          )
          if (size < 8) expect(at().uint(size)).toBe(Number(exact))
        }
      }),
    )
  })

  it('three bytes', () => {
    const bytes = Uint8Array.of(0xfe, 0x02, 0x83)
    expect(new Cursor(bytes).u24()).toBe(0x8302fe)
    expect(new Cursor(bytes, { littleEndian: false }).u24()).toBe(0xfe0283)
  })

  it('eight bytes as a number are exact or an error', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.boolean(), (value, littleEndian) => {
        const bytes = new Uint8Array(8)
        new DataView(bytes.buffer).setBigUint64(0, value, littleEndian)
        const cursor = new Cursor(bytes, { littleEndian })
        if (value <= MAX_SAFE) expect(cursor.u64()).toBe(Number(value))
        else expect(() => cursor.u64()).toThrow(`0x${value.toString(16)} is above 2^53`)
      }),
      {
        examples: [
          [MAX_SAFE, true],
          [MAX_SAFE + 1n, true],
          [0n, false],
          [2n ** 64n - 1n, false],
          [0xffffffffn, true],
          [2n ** 32n, false],
        ],
      },
    )
  })

  it('no integer has three bytes', () => {
    expect(() => new Cursor(new Uint8Array(8)).uint(3)).toThrow(FormatError)
    expect(() => new Cursor(new Uint8Array(8)).uintBig(16)).toThrow(FormatError)
  })
})

describe('LEB128', () => {
  // DWARF 5, figures C.1 to C.4 of appendix C and tables 7.7 and 7.8.
  it.each([
    [2n, [2]],
    [127n, [127]],
    [128n, [0x80, 1]],
    [129n, [0x81, 1]],
    [12857n, [0xb9, 0x64]],
  ])('unsigned %s as in the specification', (value, bytes) => {
    expect([...uleb(value)]).toEqual(bytes)
    expect(new Cursor(Uint8Array.from(bytes)).uleb128()).toBe(Number(value))
  })

  it.each([
    [2n, [2]],
    [-2n, [0x7e]],
    [127n, [0xff, 0]],
    [-127n, [0x81, 0x7f]],
    [128n, [0x80, 1]],
    [-128n, [0x80, 0x7f]],
    [129n, [0x81, 1]],
    [-129n, [0xff, 0x7e]],
  ])('signed %s as in the specification', (value, bytes) => {
    expect([...sleb(value)]).toEqual(bytes)
    expect(new Cursor(Uint8Array.from(bytes)).sleb128()).toBe(Number(value))
  })

  const edges = [0n, 1n, 63n, 64n, 127n, 128n, 2n ** 31n, 2n ** 32n, 2n ** 49n, 2n ** 52n, MAX_SAFE, MAX_SAFE + 1n]
  const wide = [2n ** 56n, 2n ** 62n, 2n ** 63n - 1n]
  const unsigned = [...edges, ...wide, 2n ** 63n, 2n ** 64n - 1n]
  const signed = [...edges, ...wide].flatMap((value) => [value, -value, -value - 1n])
  const length = fc.nat(10)

  it('unsigned: exact, however padded, or an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...unsigned), fc.bigInt(0n, 2n ** 64n - 1n)), length, (value, padding) => {
        const bytes = Uint8Array.of(...uleb(value, padding), 0xaa)
        const cursor = new Cursor(bytes)
        if (value <= MAX_SAFE) {
          expect(cursor.uleb128()).toBe(Number(value))
          expect(cursor.offset).toBe(bytes.length - 1)
        } else expect(() => cursor.uleb128()).toThrow('LEB128 value is above 2^53')
        expect(new Cursor(bytes).uleb128big()).toBe(value)
        const skipping = new Cursor(bytes)
        skipping.skipLeb128()
        expect(skipping.remaining).toBe(1)
      }),
      { numRuns: 2000 },
    )
  })

  it('signed: exact, however padded, or an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...signed), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
        length,
        (value, padding) => {
          const bytes = Uint8Array.of(...sleb(value, padding), 0xaa)
          const cursor = new Cursor(bytes)
          if (value <= MAX_SAFE && value >= -MAX_SAFE) {
            expect(cursor.sleb128()).toBe(Number(value))
            expect(cursor.offset).toBe(bytes.length - 1)
          } else expect(() => cursor.sleb128()).toThrow('does not fit in 53 bits')
          expect(new Cursor(bytes).sleb128big()).toBe(value)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('-1 padded to ten bytes is -1', () => {
    const bytes = Uint8Array.of(...new Array<number>(9).fill(0xff), 0x7f)
    expect(new Cursor(bytes).sleb128()).toBe(-1)
    expect(new Cursor(bytes).sleb128big()).toBe(-1n)
  })

  it('more than 64 bits, or more than ten bytes, is an error', () => {
    const tooWide = Uint8Array.of(...new Array<number>(9).fill(0x80), 0x02)
    const tooLong = Uint8Array.of(...new Array<number>(10).fill(0x80), 0x00)
    for (const bytes of [tooWide, tooLong]) {
      for (const method of ['uleb128', 'sleb128', 'uleb128big', 'sleb128big'] as const) {
        expect(() => new Cursor(bytes, { section: '.debug_abbrev' })[method](), method).toThrow(
          /^\.debug_abbrev at offset 0x0:/,
        )
      }
    }
  })

  it('cut off is an error that names the end', () => {
    for (const method of ['uleb128', 'sleb128', 'uleb128big', 'sleb128big', 'skipLeb128'] as const) {
      const cursor = new Cursor(Uint8Array.of(0x80, 0x80), { section: 's' })
      expect(() => cursor[method](), method).toThrow('s at offset 0x2: 1 bytes wanted, 0 left')
    }
  })
})

describe('position', () => {
  const bytes = Uint8Array.from({ length: 10 }, (_, index) => index)

  it('seek, skip, take, sub', () => {
    const cursor = new Cursor(bytes, { section: 'table', offset: 1, end: 9 })
    expect(cursor.remaining).toBe(8)
    expect(cursor.skip(2).u8()).toBe(3)
    expect([...cursor.take(2)]).toEqual([4, 5])
    const sub = cursor.sub(2)
    expect([sub.offset, sub.end, sub.section, sub.littleEndian]).toEqual([6, 8, 'table', true])
    expect(cursor.offset).toBe(8)
    expect(sub.u16()).toBe(0x0706)
    expect(sub.atEnd).toBe(true)
    expect(() => sub.u8()).toThrow('table at offset 0x8: 1 bytes wanted, 0 left')
    expect(cursor.seek(9).atEnd).toBe(true)
    for (const offset of [-1, 10, Number.NaN]) expect(() => cursor.seek(offset)).toThrow(FormatError)
    for (const length of [-1, 1, Number.NaN]) expect(() => cursor.skip(length)).toThrow(FormatError)
    expect(cursor.offset).toBe(9)
  })

  it('a range outside the bytes is refused', () => {
    expect(new Cursor(bytes, { end: 1000 }).end).toBe(10)
    expect(() => new Cursor(bytes, { offset: 11 })).toThrow(FormatError)
    expect(() => new Cursor(bytes, { offset: -1 })).toThrow(FormatError)
    expect(() => new Cursor(bytes, { offset: 5, end: 4 })).toThrow(FormatError)
  })

  it('works over part of a buffer, and over a Buffer', () => {
    const part = bytes.subarray(4, 8)
    expect(new Cursor(part).u32()).toBe(0x07060504)
    const cursor = new Cursor(Buffer.from(bytes).subarray(4))
    expect(cursor.bytes.constructor).toBe(Uint8Array)
    expect(cursor.u32()).toBe(0x07060504)
  })

  it('strings end at a NUL before the end', () => {
    const text = new TextEncoder().encode('grün\0next\0')
    const cursor = new Cursor(text)
    expect([cursor.cstring(), cursor.cstring(), cursor.atEnd]).toEqual(['grün', 'next', true])
    expect(() => cursor.cstring()).toThrow('string without a terminating NUL')
    expect(() => new Cursor(text, { end: 3 }).cstring()).toThrow(FormatError)
    expect(new Cursor(text, { offset: 6 }).cstring()).toBe('next')
  })
})

it('any reads of any bytes: values or a FormatError, and never past the end', () => {
  const methods = [
    'u8',
    'i8',
    'u16',
    'i16',
    'u24',
    'u32',
    'i32',
    'u64',
    'u64big',
    'i64big',
    'uleb128',
    'sleb128',
    'uleb128big',
    'sleb128big',
    'skipLeb128',
    'cstring',
    'skipCString',
  ] as const
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(...methods)),
      fc.nat(40),
      (bytes, calls, end) => {
        const cursor = new Cursor(bytes, { end })
        let before = 0
        for (const method of calls) {
          try {
            cursor[method]()
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError)
          }
          expect(cursor.offset).toBeGreaterThanOrEqual(before)
          expect(cursor.offset).toBeLessThanOrEqual(cursor.end)
          before = cursor.offset
        }
      },
    ),
    { numRuns: 3000 },
  )
})
