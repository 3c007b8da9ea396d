/** The two entropy codes of Zstandard: FSE tables and Huffman trees (RFC 8878, sections 4.1 and 4.2). */
import { FormatError } from '@gospy/bytes'

/** Throws the error of a damaged stream; the caller names the section. */
export function zstdFail(reason: string, offset: number): never {
  throw new FormatError(reason, { section: 'zstd stream', offset })
}

/** Index of the highest set bit of a positive integer. */
function highBit(value: number): number {
  return 31 - Math.clz32(value)
}

/**
 * Bits read from the end of `bytes[start, end)` to its beginning. The last byte holds a final 1 bit above the first
 * bit to read.
 */
export class BackwardBits {
  /** How many bits are left; negative once more was read than there was (those bits are 0). */
  left: number
  readonly #bytes: Uint8Array
  readonly #start: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1]! : 0
    if (last === 0) zstdFail('bit stream without an end mark', start)
    this.#bytes = bytes
    this.#start = start
    this.left = (end - 1 - start) * 8 + highBit(last)
  }

  /** The next `count` bits, at most 31. */
  read(count: number): number {
    if (count > 24) return this.read(count - 16) * 0x10000 + this.read(16)
    if (count === 0) return 0
    const left = this.left - count
    this.left = left
    if (left >= 0) return this.#at(left, count)
    // What lies before the start reads as zero.
    return left + count > 0 ? (this.#at(0, left + count) << -left) >>> 0 : 0
  }

  #at(position: number, count: number): number {
    const bytes = this.#bytes
    const at = this.#start + (position >>> 3)
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    return (word >>> (position & 7)) & ((1 << count) - 1)
  }
}

/** A finite-state-entropy decoding table: for each state a symbol and how to get to the next state. */
export interface FseTable {
  /** log2 of the number of states. */
  readonly log: number
  readonly symbols: Uint8Array
  /** Bits to read for the next state. */
  readonly bits: Uint8Array
  /** Added to the bits read. */
  readonly bases: Uint16Array
}

/** The table whose only symbol is `symbol` (RLE mode). */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) }
}

/** Section 4.1.1, "FSE table description": from the probability of each symbol; -1 means less than one. */
export function buildFseTable(probabilities: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const bits = new Uint8Array(size)
  const bases = new Uint16Array(size)
  const next = new Uint16Array(probabilities.length)
  let high = size
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    const probability = probabilities[symbol]!
    next[symbol] = Math.abs(probability)
    if (probability === -1) symbols[--high] = symbol
  }
  const step = (size >> 1) + (size >> 3) + 3
  let position = 0
  for (let symbol = 0; symbol < probabilities.length; symbol++) {
    for (let count = probabilities[symbol]!; count > 0; count--) {
      symbols[position] = symbol
      do position = (position + step) & (size - 1)
      while (position >= high)
    }
  }
  for (let state = 0; state < size; state++) {
    const order = next[symbols[state]!]!++
    bits[state] = log - highBit(order)
    bases[state] = (order << bits[state]!) - size
  }
  return { log, symbols, bits, bases }
}

/**
 * Reads the description of an FSE table at `bytes[start, end)`.
 * @returns the table and where its description ends
 */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: { log: number; symbols: number },
): { table: FseTable; end: number } {
  let position = 0
  const peek = (count: number): number => {
    const at = start + (position >>> 3)
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    return (word >>> (position & 7)) & ((1 << count) - 1)
  }
  const log = peek(4) + 5
  position = 4
  if (log > limits.log) zstdFail(`FSE table of 2^${log} states, at most 2^${limits.log} allowed`, start)
  const probabilities: number[] = []
  let remaining = 1 << log
  while (remaining > 0) {
    if (start + (position >>> 3) >= end || probabilities.length >= limits.symbols) {
      zstdFail('FSE table description does not add up', start)
    }
    // A value from 0 to remaining + 1, in one bit less where that is unambiguous.
    const width = highBit(remaining + 1) + 1
    const threshold = (1 << width) - 2 - remaining
    const lowMask = (1 << (width - 1)) - 1
    const raw = peek(width)
    let value = raw & lowMask
    if (value < threshold) {
      position += width - 1
    } else {
      position += width
      value = raw > lowMask ? raw - threshold : raw
    }
    const probability = value - 1
    probabilities.push(probability)
    remaining -= Math.abs(probability)
    if (probability !== 0) continue
    for (let repeat = 3; repeat === 3; ) {
      repeat = peek(2)
      position += 2
      for (let count = repeat; count > 0; count--) probabilities.push(0)
      if (probabilities.length > limits.symbols) zstdFail('FSE table description does not add up', start)
    }
  }
  const tableEnd = start + ((position + 7) >>> 3)
  if (tableEnd > end || probabilities.length > limits.symbols) {
    zstdFail('FSE table description does not add up', start)
  }
  return { table: buildFseTable(probabilities, log), end: tableEnd }
}

/** A Huffman decoding table, indexed by the next `log` bits. */
export interface HuffmanTable {
  readonly log: number
  readonly symbols: Uint8Array
  /** Length of the code. */
  readonly bits: Uint8Array
}

const MAX_HUFFMAN_BITS = 11

/**
 * Reads the description of a Huffman tree (section 4.2.1).
 * @returns the table and where its description ends
 */
export function readHuffmanTable(bytes: Uint8Array, start: number, end: number): { table: HuffmanTable; end: number } {
  const header = start < end ? bytes[start]! : zstdFail('no Huffman tree', start)
  const first = start + 1
  const weights = new Uint8Array(256)
  let count = 0
  let treeEnd: number
  if (header >= 128) {
    count = header - 127
    treeEnd = first + ((count + 1) >> 1)
    if (treeEnd > end) zstdFail('Huffman tree is cut off', start)
    for (let index = 0; index < count; index++) {
      const pair = bytes[first + (index >> 1)]!
      weights[index] = index & 1 ? pair & 15 : pair >> 4
    }
  } else {
    treeEnd = first + header
    if (treeEnd > end) zstdFail('Huffman tree is cut off', start)
    count = readFseWeights(bytes, first, treeEnd, weights)
  }
  return { table: buildHuffmanTable(weights, count, start), end: treeEnd }
}

/** Weights coded by two interleaved FSE states (section 4.2.1.2). */
function readFseWeights(bytes: Uint8Array, start: number, end: number, weights: Uint8Array): number {
  const { table, end: tableEnd } = readFseTable(bytes, start, end, { log: 6, symbols: 256 })
  const stream = new BackwardBits(bytes, tableEnd, end)
  const states = [stream.read(table.log), stream.read(table.log)]
  if (stream.left < 0) zstdFail('Huffman weights are cut off', start)
  let count = 0
  // Each state gives a symbol in turn, until one would need more bits than there are: then the other gives the last.
  for (let turn = 0; stream.left >= 0; turn ^= 1) {
    if (count >= 254) zstdFail('more than 255 Huffman weights', start)
    const state = states[turn]!
    weights[count++] = table.symbols[state]!
    states[turn] = table.bases[state]! + stream.read(table.bits[state]!)
    if (stream.left < 0) weights[count++] = table.symbols[states[turn ^ 1]!]!
  }
  return count
}

function buildHuffmanTable(weights: Uint8Array, count: number, start: number): HuffmanTable {
  let total = 0
  for (let index = 0; index < count; index++) {
    const weight = weights[index]!
    if (weight > MAX_HUFFMAN_BITS) zstdFail(`Huffman weight ${weight}`, start)
    if (weight > 0) total += 1 << (weight - 1)
  }
  if (total === 0) zstdFail('Huffman tree without symbols', start)
  const log = highBit(total) + 1
  // The last symbol's weight is not stored: it completes the sum to a power of two.
  const rest = (1 << log) - total
  if (log > MAX_HUFFMAN_BITS || (rest & (rest - 1)) !== 0) zstdFail('Huffman weights do not add up', start)
  weights[count] = highBit(rest) + 1

  const symbols = new Uint8Array(1 << log)
  const bits = new Uint8Array(1 << log)
  let at = 0
  for (let weight = 1; weight <= log; weight++) {
    const span = 1 << (weight - 1)
    for (let symbol = 0; symbol <= count; symbol++) {
      if (weights[symbol] !== weight) continue
      symbols.fill(symbol, at, at + span)
      bits.fill(log + 1 - weight, at, at + span)
      at += span
    }
  }
  return { log, symbols, bits }
}

/** Decodes one Huffman stream, `input[start, end)`, to exactly `out[from, to)` (section 4.2.2). */
export function decodeHuffmanStream(
  table: HuffmanTable,
  input: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
  to: number,
): void {
  const last = end > start ? input[end - 1]! : 0
  if (last === 0) zstdFail('Huffman stream without an end mark', start)
  const { log, symbols, bits } = table
  const mask = (1 << log) - 1
  // How many bits are left above the start of the stream.
  let left = (end - 1 - start) * 8 + highBit(last)
  let at = from
  while (at < to && left >= log) {
    const position = left - log
    const byte = start + (position >>> 3)
    const word = input[byte]! | (input[byte + 1]! << 8) | (input[byte + 2]! << 16)
    const code = (word >>> (position & 7)) & mask
    out[at++] = symbols[code]!
    left -= bits[code]!
  }
  // Near the start fewer bits are left than the longest code has: those missing are zero.
  while (at < to && left > 0) {
    const word = input[start]! | (input[start + 1]! << 8)
    const code = ((word & ((1 << left) - 1)) << (log - left)) & mask
    out[at++] = symbols[code]!
    left -= bits[code]!
  }
  if (at !== to || left !== 0) zstdFail('Huffman stream has another length than its literals', start)
}
