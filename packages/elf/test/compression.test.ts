/** Oracles: objcopy (the sections that it compressed are those of the plain object), the zstd tool, node:zlib. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { FormatError } from '@gospy/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ElfFile, SHF } from '../src/index.js'
import { inflate } from '../src/inflate.js'
import { nativeDecompressors } from '../src/node.js'
import { xxHash64Low } from '../src/xxhash64.js'
import { zstdDecompress } from '../src/zstd.js'
import { fixture, zstdSamples } from './support/fixtures.js'

const cases = [
  ['x86_64', 'zlib', 'zlib'],
  ['x86_64', 'zlib-gnu', 'zlib-gnu'],
  ['x86_64', 'zstd', 'zstd'],
  ['mips', 'zlib', 'zlib'],
  ['powerpc64', 'zlib', 'zlib'],
  ['arm', 'zlib-gnu', 'zlib-gnu'],
] as const

describe.each([
  ['built-in', {}],
  ['native', nativeDecompressors],
])('sections compressed by objcopy, %s decompression', (_, options) => {
  it.each(cases)('%s %s', (machine, form, format) => {
    const plain = new ElfFile(fixture(`${machine}.o`))
    const compressed = new ElfFile(fixture(`${machine}.${form}.o`), options)
    let count = 0
    for (const section of plain.sections) {
      if (!section.name.startsWith('.debug_')) continue
      const data = section.data()!
      expect(data.length).toBe(section.size)
      expect(section.isCompressed).toBe(false)
      expect(section.data()).toBe(section.rawData())
      expect(compressed.debugSection(section.name)).toEqual(plain.debugSection(section.name))

      const stored =
        form === 'zlib-gnu' ? compressed.section(section.name.replace('.', '.z')) : compressed.section(section.name)
      if (!stored?.isCompressed) continue
      count++
      expect(stored.compression).toMatchObject({ format, size: data.length })
      expect(stored.size).toBeLessThan(data.length)
      expect(stored.data()).toEqual(data)
      expect(stored.data()).toBe(stored.data())
      expect(stored.rawData()!.length).toBe(stored.size)
    }
    expect(count).toBeGreaterThan(2)
  })
})

/** A copy of a fixture with some bytes of one section's contents replaced. */
function patched(name: string, section: string, offset: number, bytes: Uint8Array): ElfFile {
  const file = fixture(name)
  const { offset: start } = new ElfFile(file).section(section)!
  file.set(bytes, start + offset)
  return new ElfFile(file)
}

const u64 = (value: number) => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}

describe('a compressed section that lies', () => {
  it.each(['zlib', 'zstd'])('about its size: %s', (form) => {
    const name = `x86_64.${form}.o`
    const { size } = new ElfFile(fixture(name)).section('.debug_info')!.compression!
    for (const claimed of [size - 1, size + 1, 0, 2 ** 40, 2 ** 53]) {
      const section = patched(name, '.debug_info', 8, u64(claimed)).section('.debug_info')!
      expect(() => section.data()).toThrow(FormatError)
      expect(() => section.data()).toThrow(/^\.debug_info/)
    }
  })

  it('about its kind', () => {
    const elf = patched('x86_64.zlib.o', '.debug_info', 0, Uint8Array.of(77))
    expect(() => elf.section('.debug_info')!.data()).toThrow('unknown compression type 77')
  })

  it('about its contents', () => {
    for (const form of ['zlib', 'zstd']) {
      const elf = patched(`x86_64.${form}.o`, '.debug_info', 40, new Uint8Array(60).fill(0xa5))
      expect(() => elf.section('.debug_info')!.data()).toThrow(FormatError)
      expect(elf.section('.debug_abbrev')!.data()!.length).toBeGreaterThan(0)
    }
  })

  it('fails once, and the same way again', () => {
    let calls = 0
    const elf = new ElfFile(fixture('x86_64.zlib.o'), {
      inflate: () => {
        calls++
        throw new RangeError('no')
      },
    })
    const section = elf.section('.debug_info')!
    const errors = [1, 2].map(() => {
      try {
        return section.data()
      } catch (error) {
        return error
      }
    })
    expect(calls).toBe(1)
    expect(errors[0]).toBeInstanceOf(FormatError)
    expect(errors[1]).toBe(errors[0])
    expect((errors[0] as FormatError).cause).toBeInstanceOf(RangeError)
  })
})

it('a .zdebug section without the magic is not compressed', () => {
  const elf = patched('x86_64.zlib-gnu.o', '.zdebug_info', 0, Uint8Array.of(0))
  const section = elf.section('.zdebug_info')!
  expect(section.isCompressed).toBe(false)
  expect(section.data()).toBe(section.rawData())
  expect(section.flags & SHF.COMPRESSED).toBe(0)
})

describe('inflate', () => {
  it('gives back what node:zlib deflates', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9 }), (bytes, level) => {
        const compressed = new Uint8Array(deflateSync(bytes, { level }))
        expect(inflate(compressed, bytes.length)).toEqual(bytes)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('notices a wrong checksum', () => {
    const compressed = new Uint8Array(deflateSync(new Uint8Array(10000).map((_, index) => index * 7)))
    compressed[compressed.length - 1]! ^= 1
    expect(() => inflate(compressed, 10000)).toThrow('Adler-32')
  })
})

/** XXH64 as its specification puts it, in bigint. */
function xxHash64(bytes: Uint8Array): bigint {
  const [p1, p2, p3] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n]
  const [p4, p5] = [0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n]
  const wrap = (value: bigint) => BigInt.asUintN(64, value)
  const rotate = (value: bigint, by: bigint) => wrap(value << by) | (wrap(value) >> (64n - by))
  const round = (lane: bigint, input: bigint) => wrap(rotate(lane + input * p2, 31n) * p1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let hash = p5
  if (bytes.length >= 32) {
    const lanes = [p1 + p2, p2, 0n, -p1]
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane]!, view.getBigUint64(at + lane * 8, true))
    }
    const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint]
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * p1 + p4)
  }
  hash = wrap(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) hash = rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4
  for (; at + 4 <= bytes.length; at += 4) {
    hash = rotate(wrap(hash) ^ wrap(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3
  }
  for (; at < bytes.length; at++) hash = rotate(wrap(hash) ^ wrap(BigInt(bytes[at]!) * p5), 11n) * p1
  hash = wrap(hash)
  hash = wrap((hash ^ (hash >> 33n)) * p2)
  hash = wrap((hash ^ (hash >> 29n)) * p3)
  return hash ^ (hash >> 32n)
}

describe('XXH64', () => {
  it('agrees with the published values', () => {
    const values = { '': 0xef46db3751d8e999n, a: 0xd24ec4f1a98c6e5bn, abc: 0x44bc2cf5ad770999n }
    for (const [text, hash] of Object.entries(values)) {
      const bytes = new TextEncoder().encode(text)
      expect(xxHash64(bytes)).toBe(hash)
      expect(xxHash64Low(bytes)).toBe(Number(hash & 0xffff_ffffn))
    }
  })

  it('is that of the specification for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.nat(40), (bytes, start) => {
        const from = Math.min(start, bytes.length)
        expect(xxHash64Low(bytes, from)).toBe(Number(xxHash64(bytes.subarray(from)) & 0xffff_ffffn))
      }),
      { numRuns: 500, seed: 1 },
    )
  })
})

describe('native inflate', () => {
  const inflateNatively = nativeDecompressors.inflate!

  it('gives all, however far the data expands', () => {
    for (const length of [0, 1, 1000, 5_000_000]) {
      const plain = new Uint8Array(length)
      expect(Buffer.compare(inflateNatively(new Uint8Array(deflateSync(plain)), length), plain)).toBe(0)
    }
  })

  it('gives what there is, however much is claimed', () => {
    const compressed = new Uint8Array(deflateSync(new Uint8Array(100)))
    expect(inflateNatively(compressed, 2 ** 31).length).toBe(100)
  })
})

describe('zstd', () => {
  it('decodes what the zstd tool wrote', () => {
    const { plain, compressed } = zstdSamples()
    for (const stream of compressed) expect(Buffer.compare(zstdDecompress(stream, plain.length), plain)).toBe(0)
  })

  it('decodes frames in a row and skips those that hold no data', () => {
    const { plain, compressed } = zstdSamples()
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3)
    const all = Buffer.concat([skippable, compressed[0]!, skippable, compressed[1]!])
    const twice = zstdDecompress(new Uint8Array(all), plain.length * 2)
    expect(Buffer.compare(twice, Buffer.concat([plain, plain]))).toBe(0)
  })

  it('notices a wrong checksum', () => {
    const { plain, compressed } = zstdSamples()
    // Bit 2 of the frame header's first byte: a checksum follows the last block.
    const stream = compressed.find((each) => (each[4]! & 4) !== 0)!.slice()
    expect(zstdDecompress(stream, plain.length).length).toBe(plain.length)
    stream[stream.length - 1]! ^= 1
    expect(() => zstdDecompress(stream, plain.length)).toThrow('wrong content checksum')
  })

  it('gives nothing but the size asked for', () => {
    const { plain, compressed } = zstdSamples()
    for (const size of [0, 1, plain.length - 1, plain.length + 1, 2 ** 45]) {
      expect(() => zstdDecompress(compressed[0]!, size)).toThrow(FormatError)
    }
  })

  it('any damage: the right length or a FormatError, soon', () => {
    const { plain, compressed } = zstdSamples()
    const stream = compressed[0]!.slice()
    const byte = fc.tuple(fc.nat(stream.length - 1), fc.integer({ min: 0, max: 255 }))
    let failures = 0
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = stream.slice()
        for (const [at, value] of changes) damaged[at] = value
        try {
          expect(zstdDecompress(damaged, plain.length).length).toBe(plain.length)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          failures++
        }
      }),
      { numRuns: 300, seed: 1 },
    )
    for (let length = 0; length < stream.length; length += 97) {
      expect(() => zstdDecompress(stream.subarray(0, length), plain.length)).toThrow(FormatError)
    }
    expect(failures).toBeGreaterThan(100)
  })

  const hasZstd = spawnSync('zstd', ['--version']).status === 0
  it.skipIf(!hasZstd)('decodes any content at any level as the zstd tool does (needs zstd)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'elf-zstd-'))
    try {
      const text = fc.array(fc.constantFrom('runtime.', 'main.', 'goroutine', ' ', '\n', 'x', '0'), { maxLength: 3000 })
      const content = fc.oneof(
        fc.uint8Array({ maxLength: 4000 }),
        text.map((words) => new TextEncoder().encode(words.join(''))),
        fc.tuple(fc.nat(255), fc.nat(300_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
      )
      const level = fc.constantFrom('--fast=4', '-1', '-6', '-19')
      fc.assert(
        fc.property(content, level, (bytes, flag) => {
          const file = join(folder, 'content')
          writeFileSync(file, bytes)
          const compressed = execFileSync('zstd', ['-q', '-c', flag, file], { maxBuffer: 1 << 26 })
          expect(Buffer.compare(zstdDecompress(new Uint8Array(compressed), bytes.length), bytes)).toBe(0)
        }),
        { numRuns: 60, seed: 1 },
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
