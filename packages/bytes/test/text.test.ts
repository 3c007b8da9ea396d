/** Oracles: TextEncoder, TextDecoder and Buffer of the platform. Everything runs with Buffer and as if there were none. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as Text from '../src/text.js'

describe.each([true, false])('with Buffer: %s', (hasBuffer) => {
  let text: typeof Text
  beforeEach(async () => {
    vi.resetModules()
    if (!hasBuffer) vi.stubGlobal('Buffer', undefined)
    text = await import('../src/text.js')
    vi.unstubAllGlobals()
  })
  afterEach(() => vi.resetModules())

  it('decodes UTF-8 of any length', () => {
    const encoder = new TextEncoder()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(20), (content, before) => {
        const bytes = encoder.encode(content)
        const padded = new Uint8Array(before + bytes.length + 5).fill(0x41)
        padded.set(bytes, before)
        expect(text.decodeUtf8(padded, before, before + bytes.length)).toBe(content)
        expect(text.decodeUtf8(bytes)).toBe(content)
      }),
      { numRuns: 1000 },
    )
  })

  it('decodes malformed UTF-8 as the platform does, and keeps a byte order mark', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(text.decodeUtf8(bytes)).toBe(decoder.decode(bytes))
      }),
      { numRuns: 1000, examples: [[Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)], [Uint8Array.of(0xed, 0xa0, 0x80)]] },
    )
  })

  it('decodes Latin-1 byte by byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, start) => {
        const expected = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
        expect(text.decodeLatin1(bytes)).toBe(expected)
        const from = Math.min(start, bytes.length)
        expect(text.decodeLatin1(bytes, from)).toBe(expected.slice(from))
        expect(text.decodeLatin1(bytes, 0, from)).toBe(expected.slice(0, from))
      }),
    )
  })

  it('finds bytes as String.indexOf and lastIndexOf find characters', () => {
    const small = fc.array(fc.constantFrom(0, 1, 255), { maxLength: 30 })
    fc.assert(
      fc.property(
        small,
        fc.array(fc.constantFrom(0, 1, 255), { minLength: 1, maxLength: 4 }),
        fc.nat(30),
        (a, b, from) => {
          const [content, needle] = [String.fromCharCode(...a), String.fromCharCode(...b)]
          // Within a larger buffer, whose other bytes must not be found.
          const bytes = new Uint8Array([...b, ...a, ...b]).subarray(b.length, b.length + a.length)
          expect(text.indexOfBytes(bytes, Uint8Array.from(b), from)).toBe(content.indexOf(needle, from))
          expect(text.lastIndexOfBytes(bytes, Uint8Array.from(b), from)).toBe(content.lastIndexOf(needle, from))
          expect(text.lastIndexOfBytes(bytes, Uint8Array.from(b))).toBe(content.lastIndexOf(needle))
          expect(text.lastIndexOfBytes(bytes, Uint8Array.from(b), -1)).toBe(-1)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
