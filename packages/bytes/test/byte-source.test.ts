/** ByteSource in memory and over files: exactly the bytes asked for, or a FormatError. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ByteSource, BytesSource, FormatError, toByteSource } from '../src/index.js'
import { FileSource } from '../src/node.js'

const content = Uint8Array.from({ length: 5000 }, (_, index) => (index * 31) % 251)
let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bytes-'))
  path = join(folder, 'content')
  writeFileSync(path, content)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each<[string, () => ByteSource]>([
  ['BytesSource', () => new BytesSource(content)],
  ['BytesSource over a Buffer', () => new BytesSource(Buffer.from(content))],
  ['FileSource', () => new FileSource(path)],
])('%s', (_, make) => {
  it('gives the bytes at an offset', () => {
    const source = make()
    expect(source.size).toBe(content.length)
    fc.assert(
      fc.property(fc.nat(content.length), fc.nat(content.length), (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const bytes = source.read(start, end - start)
        expect(bytes.constructor).toBe(Uint8Array)
        expect(Buffer.compare(bytes, content.subarray(start, end))).toBe(0)
      }),
    )
  })

  it('refuses what it does not have, before it allocates', () => {
    const source = make()
    const ranges = [
      [0, 5001],
      [5000, 1],
      [5001, 0],
      [-1, 1],
      [1, -1],
      [0, 2 ** 52],
      [2 ** 52, 1],
      [Number.NaN, 1],
      [0, Number.NaN],
    ] as const
    for (const [offset, length] of ranges) expect(() => source.read(offset, length)).toThrow(FormatError)
  })
})

describe('FileSource', () => {
  it('fills memory of the caller', () => {
    const source = new FileSource(path)
    const target = new Uint8Array(100).fill(7)
    source.readInto(4000, target.subarray(10, 60))
    expect([...target]).toEqual([
      ...new Uint8Array(10).fill(7),
      ...content.subarray(4000, 4050),
      ...new Uint8Array(40).fill(7),
    ])
    expect(() => source.readInto(4951, target.subarray(0, 50))).toThrow(FormatError)
    expect(() => source.readInto(-1, target)).toThrow(FormatError)
    source.close()
    expect(() => source.readInto(0, target)).toThrow(/is closed/)
  })

  it('closes once or more, and then reads nothing', () => {
    const source = new FileSource(path)
    source.close()
    source.close()
    source[Symbol.dispose]()
    expect(() => source.read(0, 1)).toThrow(`${path} is closed`)
  })

  it('fills given memory, or refuses', () => {
    const source = new FileSource(path)
    const target = new Uint8Array(300).fill(0xee)
    source.readInto(1000, target.subarray(100, 200))
    expect(target.subarray(100, 200)).toEqual(content.subarray(1000, 1100))
    expect([target[99], target[200]]).toEqual([0xee, 0xee])
    for (const offset of [-1, 4701, 2 ** 52, Number.NaN]) {
      expect(() => source.readInto(offset, target)).toThrow(FormatError)
    }
    source.close()
    expect(() => source.readInto(0, target)).toThrow(`${path} is closed`)
  })

  it('notices that the file has shrunk', () => {
    const shrinking = join(folder, 'shrinking')
    writeFileSync(shrinking, content)
    const source = new FileSource(shrinking)
    const fd = openSync(shrinking, 'r+')
    ftruncateSync(fd, 100)
    closeSync(fd)
    expect(source.read(0, 100)).toEqual(content.subarray(0, 100))
    expect(() => source.read(90, 20)).toThrow('the file ends here')
    expect(() => source.readInto(90, new Uint8Array(20))).toThrow('the file ends here')
    source.close()
  })

  it('reads beyond 4 GiB', () => {
    const large = join(folder, 'large')
    const fd = openSync(large, 'w')
    const offset = 5 * 2 ** 30
    writeSync(fd, content, 0, 10, offset)
    closeSync(fd)
    const source = new FileSource(large)
    expect(source.size).toBe(offset + 10)
    expect(source.read(offset, 10)).toEqual(content.subarray(0, 10))
    source.close()
  })

  it('gives the errors of the file system', () => {
    expect(() => new FileSource(join(folder, 'none'))).toThrow('ENOENT')
    expect(() => new FileSource(folder)).toThrow('EISDIR')
  })
})

it('toByteSource wraps bytes and leaves a source alone', () => {
  const source = new BytesSource(content)
  expect(toByteSource(source)).toBe(source)
  expect(toByteSource(content).read(3, 4)).toEqual(content.subarray(3, 7))
})
