/**
 * The runtime's variables in a process's data, by what must hold for them: no symbol and no code is asked. Where code tells an
 * address as well, the two are held against each other.
 */
import { decodeUtf8, type MemoryReader } from '@gospy/bytes'
import { readWord } from '../go-string.js'

/** Addresses from `start` to below `end`. */
export interface AddressSpan {
  readonly start: number
  readonly end: number
}

/** Data of a program that is searched, in bytes: more is a large array, behind which nothing is looked for. */
const MOST_SEARCHED = 64 << 20
/** Read at a time, in bytes. */
const PIECE = 1 << 20
/** Elements of a slice that are looked at. */
const LOOKED_AT = 64
const MAX_LENGTH = 1 << 26
/** Below it nothing is mapped, above it nothing of a process. */
const LOWEST = 0x1000
const HIGHEST = 2 ** 47

/** A slice in the program's data whose elements are what was looked for. */
export interface SliceInMemory {
  /** Of the slice's header. */
  readonly address: number
  readonly length: number
}

/**
 * The slices of pointers whose elements are what `isElement` says.
 * @param spans of the program's data in the process
 * @param isElement told of up to 64 elements of each slice of pointers; all must be one
 */
export function slicesInMemory(
  memory: MemoryReader,
  spans: readonly AddressSpan[],
  isElement: (address: number, index: number) => boolean,
): SliceInMemory[] {
  const found: SliceInMemory[] = []
  for (const [view, start] of pieces(memory, spans, 16)) {
    for (let at = 0; at + 24 <= view.byteLength; at += 8) {
      const array = readWord(view, at)
      if (!isPointer(array) || array % 8 !== 0) continue
      const [length, capacity] = [readWord(view, at + 8), readWord(view, at + 16)]
      if (!(length >= 1 && length <= capacity && capacity <= MAX_LENGTH)) continue
      if (holdsOnly(memory, array, length, isElement)) found.push({ address: start + at, length })
    }
  }
  return found
}

/** Read into, for each slice that is looked at. */
const ELEMENTS = new DataView(new ArrayBuffer(LOOKED_AT * 8))

function holdsOnly(
  memory: MemoryReader,
  array: number,
  length: number,
  isElement: (address: number, index: number) => boolean,
): boolean {
  const count = Math.min(length, LOOKED_AT)
  if (memory.read(array, new Uint8Array(ELEMENTS.buffer, 0, count * 8)) !== count * 8) return false
  // Most that begin like a slice hold something else.
  for (let index = 0; index < count; index++) {
    const element = readWord(ELEMENTS, index * 8)
    if (!isPointer(element) || element % 8 !== 0) return false
  }
  for (let index = 0; index < count; index++) {
    if (!isElement(readWord(ELEMENTS, index * 8), index)) return false
  }
  return true
}

/** The first two texts of runtime.waitReasonStrings, Go 1.11 to 1.27 (src/runtime/runtime2.go). */
const FIRST_REASONS = ['', 'GC assist marking']
/** Reasons that a version may have, at most. */
const MAX_REASONS = 256
/** Bytes. */
const LONGEST_REASON = 64

/** Where runtime.waitReasonStrings lies, and how many strings lie there one behind the other; undefined where it is not found. */
export function waitReasonsInMemory(
  memory: MemoryReader,
  spans: readonly AddressSpan[],
): { address: number; count: number } | undefined {
  const second = FIRST_REASONS[1]!
  for (const [view, start] of pieces(memory, spans, 24)) {
    for (let at = 0; at + 32 <= view.byteLength; at += 8) {
      if (readWord(view, at + 8) !== 0 || readWord(view, at + 24) !== second.length) continue
      if (textAt(memory, start + at + 16) === second)
        return { address: start + at, count: countTexts(memory, start + at) }
    }
  }
  return undefined
}

function countTexts(memory: MemoryReader, address: number): number {
  let count = FIRST_REASONS.length
  while (count < MAX_REASONS) {
    const text = textAt(memory, address + count * 16)
    if (text === undefined || !/^[\w ().,:/-]{3,}$/.test(text)) break
    count++
  }
  return count
}

/** The string whose header lies at `address`, if it is one. */
function textAt(memory: MemoryReader, address: number): string | undefined {
  const header = new DataView(new ArrayBuffer(16))
  if (memory.read(address, new Uint8Array(header.buffer)) !== 16) return undefined
  const [pointer, length] = [readWord(header, 0), readWord(header, 8)]
  if (!(isPointer(pointer) && length <= LONGEST_REASON)) return undefined
  const bytes = new Uint8Array(length)
  return memory.read(pointer, bytes) === length ? decodeUtf8(bytes) : undefined
}

function isPointer(word: number): boolean {
  return word >= LOWEST && word < HIGHEST
}

/** The spans in pieces, each with as many bytes of the next behind it as `overlap` says; what cannot be read is passed over. */
function* pieces(
  memory: MemoryReader,
  spans: readonly AddressSpan[],
  overlap: number,
): Generator<[DataView, number], void, undefined> {
  let left = MOST_SEARCHED
  const bytes = new Uint8Array(PIECE + overlap)
  for (const { start, end } of spans) {
    for (let at = Math.ceil(start / 8) * 8; at < end && left > 0; at += PIECE) {
      const length = Math.min(PIECE + overlap, end - at, left)
      const count = memory.read(at, bytes.subarray(0, length))
      left -= PIECE
      yield [new DataView(bytes.buffer, 0, count), at]
    }
  }
}
