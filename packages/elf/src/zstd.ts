/**
 * Zstandard decompression (RFC 8878), for `SHF_COMPRESSED` sections where the platform has none: whole frames in
 * memory, no dictionaries, content checksums verified. It writes nowhere but into a buffer of the expected size, so that
 * its time and memory are bounded whatever the input.
 */
import { xxHash64Low } from './xxhash64.js'
import {
  BackwardBits,
  buildFseTable,
  decodeHuffmanStream,
  type FseTable,
  type HuffmanTable,
  readFseTable,
  readHuffmanTable,
  singleSymbolTable,
  zstdFail,
} from './zstd-entropy.js'

const MAGIC = 0xfd2fb528
/** Frames that hold something else have this, and 15 numbers above it. */
const SKIPPABLE_MAGIC = 0x184d2a50
const MAX_BLOCK = 0x20000

const BLOCK_RAW = 0
const BLOCK_RLE = 1
const BLOCK_COMPRESSED = 2

interface Frame {
  /** Where the first block begins. */
  readonly blocks: number
  readonly hasChecksum: boolean
}

/** What one block of a frame leaves to the next. */
interface FrameState {
  huffman: HuffmanTable | undefined
  literalLengths: FseTable | undefined
  offsets: FseTable | undefined
  matchLengths: FseTable | undefined
  /** The three offsets used last. */
  readonly recent: [number, number, number]
}

/** Section 3.1.1.3.2.1.1: number of extra bits, and the values they are added to, of each code. */
const LITERAL_LENGTH_BITS = Uint8Array.of(
  ...new Array<number>(16).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
)
const LITERAL_LENGTH_BASES = cumulate(LITERAL_LENGTH_BITS, 0)
const MATCH_LENGTH_BITS = Uint8Array.of(
  ...new Array<number>(32).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
)
const MATCH_LENGTH_BASES = cumulate(MATCH_LENGTH_BITS, 3)

/** Each code covers the values that follow those of the code before. */
function cumulate(bits: Uint8Array, first: number): Uint32Array {
  let base = first
  return Uint32Array.from(bits, (width) => {
    const start = base
    base += 1 << width
    return start
  })
}

/** Section 3.1.1.3.2.2: the tables that need no description. */
const DEFAULT_LITERAL_LENGTHS = buildFseTable(
  [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
  6,
)
const DEFAULT_OFFSETS = buildFseTable(
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
  5,
)
const DEFAULT_MATCH_LENGTHS = buildFseTable(
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ],
  6,
)

/**
 * Decompresses frames that hold `size` bytes in all.
 * @throws FormatError when the data is damaged, needs a dictionary, or holds more or less than that; its offset counts
 * from the start of the data
 */
export function zstdDecompress(compressed: Uint8Array, size: number): Uint8Array {
  const most = mostBytes(compressed)
  if (size > most) zstdFail(`blocks for ${most} bytes at most, ${size} wanted`, 0)
  return new ZstdDecoder(compressed, size).decode()
}

/** The most that the blocks can hold, by their headers alone. */
function mostBytes(input: Uint8Array): number {
  let total = 0
  for (let at = 0; at < input.length; ) {
    const frame = readFrameHeader(input, at)
    if (typeof frame === 'number') {
      at = frame
      continue
    }
    let isLast = false
    for (at = frame.blocks; !isLast; ) {
      const block = readBlockHeader(input, at)
      isLast = block.isLast
      total += block.type === BLOCK_COMPRESSED ? MAX_BLOCK : block.size
      at = block.end
    }
    if (frame.hasChecksum) at += 4
    if (at > input.length) zstdFail('frame is cut off', at)
  }
  return total
}

function readU32(input: Uint8Array, at: number): number {
  return (input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24)) >>> 0
}

/** The header of the frame at `at` (section 3.1.1.1), or where a skippable frame ends. */
function readFrameHeader(input: Uint8Array, at: number): Frame | number {
  if (at + 5 > input.length) zstdFail('frame is cut off', at)
  const magic = readU32(input, at)
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    const end = at + 8 + (at + 8 <= input.length ? readU32(input, at + 4) : 0)
    return end <= input.length ? end : zstdFail('skippable frame is cut off', at)
  }
  if (magic !== MAGIC) zstdFail(`no zstd frame: magic number 0x${magic.toString(16)}`, at)
  const descriptor = input[at + 4]!
  if (descriptor & 8) zstdFail('reserved bit of the frame header is set', at + 4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  let position = at + 5 + (isSingleSegment ? 0 : 1)
  const dictionarySize = [0, 1, 2, 4][descriptor & 3]!
  for (let index = 0; index < dictionarySize; index++) {
    if (input[position + index] !== 0) zstdFail('needs a dictionary', position)
  }
  position += dictionarySize + [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  if (position > input.length) zstdFail('frame header is cut off', at)
  return { blocks: position, hasChecksum: (descriptor & 4) !== 0 }
}

/** Section 3.1.1.2, "Blocks"; a block whose bytes are not all there is an error. */
function readBlockHeader(input: Uint8Array, at: number) {
  if (at + 3 > input.length) zstdFail('block is cut off', at)
  const header = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16)
  const type = (header >> 1) & 3
  const size = header >> 3
  if (type > BLOCK_COMPRESSED) zstdFail('reserved block type', at)
  if (size > MAX_BLOCK) zstdFail(`block of ${size} bytes`, at)
  const start = at + 3
  const end = start + (type === BLOCK_RLE ? 1 : size)
  if (end > input.length) zstdFail('block is cut off', at)
  return { isLast: (header & 1) === 1, type, size, start, end }
}

class ZstdDecoder {
  readonly #input: Uint8Array
  readonly #out: Uint8Array
  /** How much of `#out` is written. */
  #written = 0
  readonly #literals = new Uint8Array(MAX_BLOCK)

  constructor(input: Uint8Array, size: number) {
    this.#input = input
    this.#out = new Uint8Array(size)
  }

  decode(): Uint8Array {
    const input = this.#input
    for (let at = 0; at < input.length; ) {
      const frame = readFrameHeader(input, at)
      at = typeof frame === 'number' ? frame : this.#frame(frame)
    }
    const missing = this.#out.length - this.#written
    if (missing > 0) zstdFail(`${missing} of ${this.#out.length} bytes missing`, input.length)
    return this.#out
  }

  /** Throws unless `length` more bytes fit. */
  #reserve(length: number, at: number): void {
    if (this.#written + length > this.#out.length) zstdFail(`holds more than ${this.#out.length} bytes`, at)
  }

  #frame(frame: Frame): number {
    const state: FrameState = {
      huffman: undefined,
      literalLengths: undefined,
      offsets: undefined,
      matchLengths: undefined,
      recent: [1, 4, 8],
    }
    const frameStart = this.#written
    let at = frame.blocks
    for (let isLast = false; !isLast; ) {
      const block = readBlockHeader(this.#input, at)
      if (block.type === BLOCK_COMPRESSED) {
        this.#compressedBlock(block.start, block.end, state, frameStart)
      } else {
        this.#reserve(block.size, at)
        if (block.type === BLOCK_RAW) this.#out.set(this.#input.subarray(block.start, block.end), this.#written)
        else this.#out.fill(this.#input[block.start]!, this.#written, this.#written + block.size)
        this.#written += block.size
      }
      isLast = block.isLast
      at = block.end
    }
    if (!frame.hasChecksum) return at
    // Section 3.1.1: the low half of the hash of the frame's content.
    if (at + 4 > this.#input.length) zstdFail('frame is cut off', at)
    if (xxHash64Low(this.#out, frameStart, this.#written) !== readU32(this.#input, at)) {
      zstdFail('wrong content checksum', at)
    }
    return at + 4
  }

  #compressedBlock(start: number, end: number, state: FrameState, frameStart: number): void {
    const literals = this.#readLiterals(start, end, state)
    this.#sequences(literals.end, end, literals.length, state, frameStart)
  }

  /** Section 3.1.1.3.1: decodes the literals of a block into `#literals`. */
  #readLiterals(start: number, end: number, state: FrameState): { length: number; end: number } {
    const input = this.#input
    if (start >= end) zstdFail('literals are cut off', start)
    const first = input[start]!
    const type = first & 3
    const format = (first >> 2) & 3
    if (type < 2) {
      const headerSize = [1, 2, 1, 3][format]!
      const length =
        headerSize === 1 ? first >> 3 : (readU32(input, start) & (headerSize === 2 ? 0xffff : 0xffffff)) >>> 4
      const at = start + headerSize
      const literalsEnd = at + (type === BLOCK_RAW ? length : 1)
      if (length > MAX_BLOCK || literalsEnd > end) zstdFail(`${length} literals do not fit the block`, start)
      if (type === BLOCK_RAW) this.#literals.set(input.subarray(at, literalsEnd))
      else this.#literals.fill(input[at]!, 0, length)
      return { length, end: literalsEnd }
    }

    // Two sizes of 10, 14 or 18 bits each follow the four bits of type and format.
    const width = [10, 10, 14, 18][format]!
    const headerSize = (4 + 2 * width + 4) >> 3
    const low = readU32(input, start)
    const mask = (1 << width) - 1
    const length = (low >>> 4) & mask
    const compressedSize = width < 18 ? (low >>> (4 + width)) & mask : (low >>> 22) | (input[start + 4]! << 10)
    let at = start + headerSize
    const literalsEnd = at + compressedSize
    if (length > MAX_BLOCK || literalsEnd > end) zstdFail(`${length} literals do not fit the block`, start)
    if (type === 2) {
      const tree = readHuffmanTable(input, at, literalsEnd)
      state.huffman = tree.table
      at = tree.end
    }
    const table = state.huffman ?? zstdFail('no Huffman tree to repeat', start)
    if (format === 0) decodeHuffmanStream(table, input, at, literalsEnd, this.#literals, 0, length)
    else this.#fourStreams(table, at, literalsEnd, length)
    return { length, end: literalsEnd }
  }

  /** Section 4.2.2, the jump table: sizes of the first three streams, two bytes each. */
  #fourStreams(table: HuffmanTable, start: number, end: number, length: number): void {
    const input = this.#input
    const part = (length + 3) >> 2
    let at = start + 6
    if (at > end || part * 3 > length) zstdFail('four literal streams are cut off', start)
    for (let stream = 0; stream < 4; stream++) {
      const size = stream < 3 ? input[start + stream * 2]! | (input[start + stream * 2 + 1]! << 8) : end - at
      if (at + size > end) zstdFail('four literal streams are cut off', start)
      const to = stream < 3 ? (stream + 1) * part : length
      decodeHuffmanStream(table, input, at, at + size, this.#literals, stream * part, to)
      at += size
    }
  }

  /** Section 3.1.1.3.2: literals and copies of earlier output in turn. */
  #sequences(start: number, end: number, literalCount: number, state: FrameState, frameStart: number): void {
    const input = this.#input
    const out = this.#out
    const literals = this.#literals
    if (start >= end) zstdFail('no sequences section', start)
    const first = input[start]!
    let at = start + 1
    let count = first
    if (first === 255) {
      count = (input[at]! | (input[at + 1]! << 8)) + 0x7f00
      at += 2
    } else if (first > 127) {
      count = ((first - 128) << 8) | input[at]!
      at += 1
    }
    let literal = 0
    let written = this.#written
    if (count > 0) {
      if (at >= end) zstdFail('sequences are cut off', start)
      const modes = input[at++]!
      if (modes & 3) zstdFail('reserved bits of the sequence modes are set', at - 1)
      const table = (
        mode: number,
        previous: FseTable | undefined,
        fallback: FseTable,
        limits: typeof FSE_LIMITS.offset,
      ) => {
        if (mode === 0) return fallback
        if (mode === 3) return previous ?? zstdFail('no sequence table to repeat', at)
        if (mode === 1) {
          const symbol = at < end ? input[at]! : limits.symbols
          if (symbol >= limits.symbols) zstdFail(`sequence code ${symbol}`, at)
          at++
          return singleSymbolTable(symbol)
        }
        const read = readFseTable(input, at, end, limits)
        at = read.end
        return read.table
      }
      const literalLengths = table(modes >> 6, state.literalLengths, DEFAULT_LITERAL_LENGTHS, FSE_LIMITS.literalLength)
      const offsets = table((modes >> 4) & 3, state.offsets, DEFAULT_OFFSETS, FSE_LIMITS.offset)
      const matchLengths = table((modes >> 2) & 3, state.matchLengths, DEFAULT_MATCH_LENGTHS, FSE_LIMITS.matchLength)
      state.literalLengths = literalLengths
      state.offsets = offsets
      state.matchLengths = matchLengths

      const stream = new BackwardBits(input, at, end)
      let literalState = stream.read(literalLengths.log)
      let offsetState = stream.read(offsets.log)
      let matchState = stream.read(matchLengths.log)
      let [recent0, recent1, recent2] = state.recent
      for (let sequence = 0; sequence < count; sequence++) {
        const offsetCode = offsets.symbols[offsetState]!
        const matchCode = matchLengths.symbols[matchState]!
        const literalCode = literalLengths.symbols[literalState]!
        const offsetValue = 2 ** offsetCode + stream.read(offsetCode)
        const matchLength = MATCH_LENGTH_BASES[matchCode]! + stream.read(MATCH_LENGTH_BITS[matchCode]!)
        const literalLength = LITERAL_LENGTH_BASES[literalCode]! + stream.read(LITERAL_LENGTH_BITS[literalCode]!)
        if (sequence + 1 < count) {
          literalState = literalLengths.bases[literalState]! + stream.read(literalLengths.bits[literalState]!)
          matchState = matchLengths.bases[matchState]! + stream.read(matchLengths.bits[matchState]!)
          offsetState = offsets.bases[offsetState]! + stream.read(offsets.bits[offsetState]!)
        }
        if (stream.left < 0) zstdFail('sequences are cut off', start)

        // Section 3.1.1.5: the values 1 to 3 stand for recent offsets, shifted by one where there are no literals.
        let offset: number
        if (offsetValue > 3) {
          offset = offsetValue - 3
          recent2 = recent1
          recent1 = recent0
          recent0 = offset
        } else {
          const which = literalLength === 0 ? offsetValue : offsetValue - 1
          offset = which === 0 ? recent0 : which === 1 ? recent1 : which === 2 ? recent2 : recent0 - 1
          if (which > 0) {
            if (which > 1) recent2 = recent1
            recent1 = recent0
            recent0 = offset
          }
        }

        if (literal + literalLength > literalCount) zstdFail('sequences use more literals than there are', start)
        if (written + literalLength + matchLength > out.length) zstdFail(`holds more than ${out.length} bytes`, start)
        for (let index = 0; index < literalLength; index++) out[written++] = literals[literal++]!
        const source = written - offset
        if (offset === 0 || source < frameStart) zstdFail(`copy from ${offset} bytes back, out of the frame`, start)
        if (offset >= matchLength && matchLength > 32) {
          out.copyWithin(written, source, source + matchLength)
          written += matchLength
        } else {
          for (let from = source, to = written + matchLength; written < to; ) out[written++] = out[from++]!
        }
      }
      if (stream.left !== 0) zstdFail('sequences do not end where their bit stream does', start)
      state.recent[0] = recent0
      state.recent[1] = recent1
      state.recent[2] = recent2
    } else if (at !== end) {
      zstdFail('bytes after the sequences', at)
    }
    this.#written = written
    this.#reserve(literalCount - literal, start)
    out.set(literals.subarray(literal, literalCount), written)
    this.#written = written + literalCount - literal
  }
}

/** Most states (as log2) and symbols that a sequence table may have. */
const FSE_LIMITS = {
  literalLength: { log: 9, symbols: 36 },
  offset: { log: 8, symbols: 32 },
  matchLength: { log: 9, symbols: 53 },
}
