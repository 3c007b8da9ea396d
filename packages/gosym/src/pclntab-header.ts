/**
 * The head of a pclntab: format, byte order, sizes, and where its tables begin.
 * Sources: debug/gosym/pclntab.go (parsePclnTab, Go 1.26), runtime/symtab.go (pcHeader).
 */
import { FormatError, type PagedBytes } from '@gospy/bytes'
import { PCLNTAB } from './pc-value.js'
import { HEADER_LAYOUT, PCLNTAB_MAGIC, type PclntabVersion } from './pclntab-versions.js'

/** What the head of a table says. */
export interface PclntabHeader {
  readonly version: PclntabVersion
  readonly littleEndian: boolean
  /** Bytes of an instruction, at least: the unit of pc-value tables. 1 on x86, 2 on s390x, 4 on most others. */
  readonly quantum: number
  /** Bytes of a pointer: 4 or 8. */
  readonly pointerSize: number
  /** Entries of functab, marks of holes between text sections included. */
  readonly functionCount: number
  /** As the header states it: 0 in Go 1.26 and newer, possibly not relocated; undefined before Go 1.18. */
  readonly textStart: number | undefined
  /** Byte offsets from the start of the table. */
  readonly funcnametab: number
  /** Where the names end: the offset of the table behind them, or the end of the bytes. */
  readonly funcnametabEnd: number
  readonly cutab: number
  readonly filetab: number
  /** Names in filetab; undefined in the oldest format, where filetab itself says it. */
  readonly fileCount: number | undefined
  readonly pctab: number
  readonly functab: number
  /** Bytes of a word of functab. */
  readonly functabWord: number
  /** What the offsets in functab count from. */
  readonly funcBase: number
}

/** Bytes of the longest head: what all formats have, and eight words. */
const MAX_HEADER = 8 + 8 * 8

const VERSIONS = Object.keys(PCLNTAB_MAGIC) as PclntabVersion[]

interface Format {
  version: PclntabVersion
  littleEndian: boolean
}

/** Format and byte order, by the magic number; undefined where there is none. Read backwards none of them is another. */
function detectFormat(view: DataView): Format | undefined {
  const little = view.getUint32(0, true)
  const big = view.getUint32(0, false)
  for (const version of VERSIONS) {
    if (PCLNTAB_MAGIC[version] === little) return { version, littleEndian: true }
    if (PCLNTAB_MAGIC[version] === big) return { version, littleEndian: false }
  }
  return undefined
}

/** Why bytes do not begin with a header. Not an Error, whose stack trace takes longer than all the checks. */
export class HeaderFault {
  constructor(
    readonly reason: string,
    readonly offset: number,
  ) {}
}

/**
 * Decodes the head and checks that functab lies within the bytes; reads nothing else.
 * @param falsified format, when the magic number is known to be falsified (obfuscators do that)
 * @throws FormatError
 */
export function readHeader(pages: PagedBytes, falsified?: Format): PclntabHeader {
  const header = decodeHeader(pages, falsified)
  if (header instanceof HeaderFault) {
    throw new FormatError(header.reason, { section: PCLNTAB, offset: header.offset })
  }
  return header
}

/** As `readHeader`, for looking at many places that may be none: throws nothing. */
export function decodeHeader(pages: PagedBytes, falsified?: Format): PclntabHeader | HeaderFault {
  const { size } = pages
  if (size < 8) return fault(`${size} bytes are too few for a header`, 0)
  pages.need(0, MAX_HEADER)
  const { bytes, view } = pages
  const format = falsified ?? detectFormat(view)
  if (format === undefined)
    return fault(`0x${view.getUint32(0, true).toString(16)} is not the magic number of a pclntab`, 0)
  const { version, littleEndian } = format
  if (bytes[4] !== 0 || bytes[5] !== 0) return fault('bytes that must be zero are not', 4)
  const quantum = bytes[6]!
  if (quantum !== 1 && quantum !== 2 && quantum !== 4) return fault(`pc quantum ${quantum} is none of 1, 2, 4`, 6)
  const pointerSize = bytes[7]!
  if (pointerSize !== 4 && pointerSize !== 8) return fault(`pointer size ${pointerSize} is neither 4 nor 8`, 7)

  const layout = HEADER_LAYOUT[version]
  const words = layout?.words ?? 1
  if (8 + words * pointerSize > size) {
    return fault('the header is cut short', 8 + Math.floor((size - 8) / pointerSize) * pointerSize)
  }
  const word = (index: number): number => {
    const at = 8 + index * pointerSize
    if (pointerSize === 4) return view.getUint32(at, littleEndian)
    const [low, high] = littleEndian ? [at, at + 4] : [at + 4, at]
    return view.getUint32(high, littleEndian) * 0x1_0000_0000 + view.getUint32(low, littleEndian)
  }
  if (layout !== undefined) {
    // Words that are offsets from the start of the table.
    for (let index = layout.funcnametab; index <= layout.functab; index++) {
      const offset = word(index)
      if (offset > size) {
        return fault(`a table begins at 0x${offset.toString(16)}, behind the end`, 8 + index * pointerSize)
      }
    }
  }

  const functionCount = word(0)
  const functab = layout === undefined ? 8 + pointerSize : word(layout.functab)
  const functabWord = layout?.textStart === undefined ? pointerSize : 4
  // Pairs of entry and offset, then the end of the last function.
  const functabEnd = functab + (functionCount * 2 + 1) * functabWord
  if (functabEnd > size) return fault(`${functionCount} functions do not fit into ${size} bytes`, 8)
  const common = { version, littleEndian, quantum, pointerSize, functionCount, functab, functabWord }

  if (layout === undefined) {
    if (functabEnd + 4 > size) return fault('the offset of the file table is cut off', functabEnd)
    pages.need(functabEnd, functabEnd + 4)
    const filetab = pages.view.getUint32(functabEnd, littleEndian)
    if (filetab + 4 > size) {
      return fault(`the file table begins at 0x${filetab.toString(16)}, behind the end`, functabEnd)
    }
    const inOne = {
      fileCount: undefined,
      funcnametab: 0,
      funcnametabEnd: size,
      cutab: 0,
      pctab: 0,
      funcBase: 0,
    }
    return { ...common, ...inOne, textStart: undefined, filetab }
  }
  const funcnametab = word(layout.funcnametab)
  const cutab = word(layout.cutab)
  return {
    ...common,
    textStart: layout.textStart === undefined ? undefined : word(layout.textStart),
    funcnametab,
    // The linker writes the tables in this order; a table that says otherwise is searched to its end.
    funcnametabEnd: cutab > funcnametab ? cutab : size,
    cutab,
    filetab: word(layout.filetab),
    // Word 1 in each of these formats (runtime/symtab.go, pcHeader.nfiles).
    fileCount: word(1),
    pctab: word(layout.pctab),
    funcBase: functab,
  }
}

function fault(reason: string, offset: number): HeaderFault {
  return new HeaderFault(reason, offset)
}

/** The first and last entry of functab as they stand there: an address, or an offset in the text. */
export function firstAndLastPlace(pages: PagedBytes, header: PclntabHeader): { first: number; last: number } {
  const { functab, functabWord, functionCount, littleEndian } = header
  const place = (index: number): number => {
    const at = functab + index * functabWord * 2
    pages.need(at, at + functabWord)
    const { view } = pages
    if (functabWord === 4) return view.getUint32(at, littleEndian)
    const [low, high] = littleEndian ? [at, at + 4] : [at + 4, at]
    return view.getUint32(high, littleEndian) * 0x1_0000_0000 + view.getUint32(low, littleEndian)
  }
  return { first: place(0), last: place(functionCount) }
}
