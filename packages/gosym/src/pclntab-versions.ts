/**
 * The shapes that the pclntab has had, as data: which table is where, which field of `_func` and of the inline tree is
 * at which offset. Everything else in this package is the same for every version.
 *
 * The magic number tells four formats apart (internal/abi/symtab.go). Within the oldest, fields changed their meaning
 * without a new magic; there the Go version decides, or what the entries themselves look like.
 */
import { type GoVersion, isAtLeast } from './go-version.js'

/** The formats, by the Go version that brought them: 1.2 to 1.15, 1.16 and 1.17, 1.18 and 1.19, 1.20 and newer. */
export type PclntabVersion = '1.2' | '1.16' | '1.18' | '1.20'

/** First four bytes of the table, as a number in the target's byte order. */
export const PCLNTAB_MAGIC: Readonly<Record<PclntabVersion, number>> = {
  '1.2': 0xfffffffb,
  '1.16': 0xfffffffa,
  '1.18': 0xfffffff0,
  '1.20': 0xfffffff1,
}

/** Header words: indexes in units of the pointer size, counted from byte 8. Word 0 is the number of functions. */
export interface HeaderLayout {
  /** Words in all, the function count among them. */
  readonly words: number
  readonly textStart: number | undefined
  readonly funcnametab: number
  readonly cutab: number
  readonly filetab: number
  readonly pctab: number
  readonly functab: number
}

/**
 * Undefined for 1.2, whose header ends after the function count: functab follows at once, the offset of the file table
 * follows that, and every other offset counts from the start of the table.
 * Sources: debug/gosym/pclntab.go (parsePclnTab), runtime/symtab.go (pcHeader).
 */
export const HEADER_LAYOUT: Readonly<Record<PclntabVersion, HeaderLayout | undefined>> = {
  '1.2': undefined,
  '1.16': { words: 7, textStart: undefined, funcnametab: 2, cutab: 3, filetab: 4, pctab: 5, functab: 6 },
  '1.18': { words: 8, textStart: 2, funcnametab: 3, cutab: 4, filetab: 5, pctab: 6, functab: 7 },
  // Go 1.26 and newer leave the word of textStart 0.
  '1.20': { words: 8, textStart: 2, funcnametab: 3, cutab: 4, filetab: 5, pctab: 6, functab: 7 },
}

/**
 * Byte offsets of `_func`'s fields, counted from the end of its first field, the entry: that one has the size of a
 * pointer up to Go 1.17 and four bytes since. These fields never moved: nameOff 0, args 4, pcsp 12, pcfile 16, pcln 20,
 * npcdata 24.
 * Sources: runtime/runtime2.go (`_func`), runtime/runtime.h in Go 1.2 to 1.4 (`Func`).
 */
export interface FuncLayout {
  /** Whether the field at 8 is deferreturn. */
  readonly hasDeferReturn: boolean
  readonly funcID: number | undefined
  /** Bytes of funcID. */
  readonly funcIDSize: 1 | 4
  readonly flags: number | undefined
  readonly cuOffset: number | undefined
  readonly startLine: number | undefined
  readonly nfuncdata: number
  /** Bytes of nfuncdata. */
  readonly nfuncdataSize: 1 | 4
  /** Bytes of all fields but the entry: here the pcdata offsets begin. */
  readonly size: number
}

const NONE = {
  hasDeferReturn: false,
  funcID: undefined,
  flags: undefined,
  cuOffset: undefined,
  startLine: undefined,
} as const

/** Go 1.2 to 1.9: what is the function id later was a frame size that nothing used. */
const FUNC_1_2: FuncLayout = { ...NONE, funcIDSize: 4, nfuncdata: 28, nfuncdataSize: 4, size: 32 }
/** Go 1.10 and 1.11. */
const FUNC_1_10: FuncLayout = { ...FUNC_1_2, funcID: 8 }
/** Go 1.12 to 1.15: deferreturn took the place of the function id, and that the place of nfuncdata. */
export const FUNC_1_12: FuncLayout = {
  ...NONE,
  hasDeferReturn: true,
  funcID: 28,
  funcIDSize: 1,
  nfuncdata: 31,
  nfuncdataSize: 1,
  size: 32,
}
/** Go 1.16 to 1.19; the flags are 0 in 1.16. */
const FUNC_1_16: FuncLayout = { ...FUNC_1_12, cuOffset: 28, funcID: 32, flags: 33, nfuncdata: 35, size: 36 }
/** Go 1.20 and newer. */
const FUNC_1_20: FuncLayout = { ...FUNC_1_16, startLine: 32, funcID: 36, flags: 37, nfuncdata: 39, size: 40 }

/**
 * The layout of `_func`.
 * @param isGo112 in the oldest format and without a Go version: whether the entries look like those of Go 1.12 or newer
 */
export function funcLayout(format: PclntabVersion, version: GoVersion | undefined, isGo112: () => boolean): FuncLayout {
  switch (format) {
    case '1.20':
      return FUNC_1_20
    case '1.18':
    case '1.16':
      return FUNC_1_16
    case '1.2':
      if (version === undefined) return isGo112() ? FUNC_1_12 : FUNC_1_2
      if (isAtLeast(version, 1, 12)) return FUNC_1_12
      return isAtLeast(version, 1, 10) ? FUNC_1_10 : FUNC_1_2
  }
}

/**
 * Where the calls inlined into a function are described: an index for each pc (PCDATA_InlTreeIndex), a tree of calls
 * (FUNCDATA_InlTree), and byte offsets within an entry of that tree (`inlinedCall`).
 * Sources: runtime/funcdata.h, runtime/symtab.go (1.9 to 1.19), runtime/symtabinl.go (1.20 and newer).
 */
export interface InlineLayout {
  readonly pcdata: number
  readonly funcdata: number
  /** Bytes of an entry. */
  readonly size: number
  readonly nameOff: number
  readonly funcID: number | undefined
  readonly startLine: number | undefined
  /** Offset of `parentPc`; undefined up to Go 1.11, where `parent`, `file` and `line` say where the call is. */
  readonly parentPc: number | undefined
}

/** Offsets of fields that only Go 1.9 to 1.11 needs: all are 32 bits wide there. */
export const INLINE_1_9_FIELDS = { parent: 0, file: 4, line: 8 } as const

const INLINE_1_9: InlineLayout = {
  pcdata: 1,
  funcdata: 2,
  size: 16,
  nameOff: 12,
  funcID: undefined,
  startLine: undefined,
  parentPc: undefined,
}
const INLINE_1_12: InlineLayout = { ...INLINE_1_9, size: 20, funcID: 2, parentPc: 16 }
const INLINE_1_13: InlineLayout = { ...INLINE_1_12, pcdata: 2, funcdata: 4 }
const INLINE_1_16: InlineLayout = { ...INLINE_1_13, funcdata: 3 }
const INLINE_1_20: InlineLayout = { ...INLINE_1_16, size: 16, funcID: 0, nameOff: 4, parentPc: 8, startLine: 12 }

/** Undefined where there is no inlining to be expanded (up to Go 1.8) or it cannot be known which layout applies. */
export function inlineLayout(format: PclntabVersion, version: GoVersion | undefined): InlineLayout | undefined {
  switch (format) {
    case '1.20':
      return INLINE_1_20
    case '1.18':
    case '1.16':
      return INLINE_1_16
    case '1.2':
      if (version === undefined || !isAtLeast(version, 1, 9)) return undefined
      if (isAtLeast(version, 1, 13)) return INLINE_1_13
      return isAtLeast(version, 1, 12) ? INLINE_1_12 : INLINE_1_9
  }
}
