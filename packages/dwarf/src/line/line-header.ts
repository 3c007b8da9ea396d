/** Headers of line number programs (DWARF 5, section 6.2.4; versions 2 to 4: DWARF 4, section 6.2.4). */
import type { Cursor } from '@gospy/bytes'
import { readInitialLength } from '../initial-length.js'
import { readEntries } from './content-format.js'
import type { SourceFileEntry, StringPlace } from './source-file.js'

/** What a line number program says of itself before its instructions. */
export interface LineHeader {
  /** Offset of the header in .debug_line. */
  readonly offset: number
  /** Offset in .debug_line of the first byte behind the program. */
  readonly end: number
  /** 2 to 5: that of the line table, which need not be that of the unit. */
  readonly version: number
  /** 32- or 64-bit DWARF. */
  readonly format: 32 | 64
  /** Bytes of an address on the target: only version 5 says it here. */
  readonly addressSize: number | undefined
  /** Offset in .debug_line of the first instruction. */
  readonly programOffset: number
  /** Bytes of the target's smallest instruction: advances of the address count in it. */
  readonly minimumInstructionLength: number
  /** Most operations in one instruction: above 1 for VLIW targets only. */
  readonly maximumOperationsPerInstruction: number
  /** Value of `isStatement` at the start of each sequence. */
  readonly defaultIsStatement: boolean
  /** Least advance of the line by a special opcode. */
  readonly lineBase: number
  /** How many different advances of the line special opcodes have. */
  readonly lineRange: number
  /** Number of the first special opcode. */
  readonly opcodeBase: number
  /** Number of LEB128 operands of each standard opcode, from opcode 1. */
  readonly standardOpcodeLengths: Uint8Array
  /** Offset in .debug_line of the directories and files, which run up to the instructions. */
  readonly tablesOffset: number
}

/** Directories and files, still undecoded. */
export interface FileTables {
  /** In version 5 the first is that of the compilation; before that it is not among them. */
  readonly directories: readonly (StringPlace | undefined)[]
  readonly files: readonly SourceFileEntry[]
}

/**
 * Reads the header at the cursor.
 * @throws FormatError for a version that is not known, segment selectors, and what does not fit into the stated lengths
 */
export function parseLineHeader(cursor: Cursor): LineHeader {
  const { offset, end, format, offsetSize } = readInitialLength(cursor)
  const body = cursor.sub(end - cursor.offset)
  const version = body.u16()
  if (version < 2 || version > 5) body.fail(`line number program of version ${version} (2 to 5 are known)`, offset)
  let addressSize: number | undefined
  if (version >= 5) {
    addressSize = body.u8()
    if (![2, 4, 8].includes(addressSize)) body.fail(`addresses of ${addressSize} bytes are not supported`, offset)
    const selectorSize = body.u8()
    if (selectorSize !== 0) body.fail(`segment selectors of ${selectorSize} bytes are not supported`, offset)
  }
  const headerLength = body.uint(offsetSize)
  if (headerLength > body.remaining) {
    body.fail(`header of ${headerLength} bytes, the program has only ${body.remaining} more`, offset)
  }
  const programOffset = body.offset + headerLength
  const minimumInstructionLength = body.u8()
  const maximumOperationsPerInstruction = version >= 4 ? body.u8() : 1
  if (maximumOperationsPerInstruction === 0) body.fail('instructions of no operations', offset)
  const defaultIsStatement = body.u8() !== 0
  const lineBase = body.i8()
  const lineRange = body.u8()
  const opcodeBase = body.u8()
  if (opcodeBase === 0) body.fail('the first special opcode is 0', offset)
  const standardOpcodeLengths = body.take(opcodeBase - 1)
  if (body.offset > programOffset)
    body.fail(`header of ${headerLength} bytes, which its fields do not fit into`, offset)
  return {
    offset,
    end,
    version,
    format,
    addressSize,
    programOffset,
    minimumInstructionLength,
    maximumOperationsPerInstruction,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    standardOpcodeLengths,
    tablesOffset: body.offset,
  }
}

/**
 * Reads directories and files.
 * @param cursor over them: from the header's `tablesOffset` up to its `programOffset`
 * @throws FormatError for forms that cannot be here, and tables that do not fit
 */
export function readFileTables(cursor: Cursor, { version, format }: LineHeader): FileTables {
  if (version < 5) return readOldTables(cursor)
  const offsetSize = format === 32 ? 4 : 8
  const directories = readEntries(cursor, offsetSize).map((entry) => entry.name)
  return { directories, files: readEntries(cursor, offsetSize) }
}

/** Two lists that end with an empty string (DWARF 4, section 6.2.4, items 11 and 12). */
function readOldTables(cursor: Cursor): FileTables {
  const { bytes, section } = cursor
  const directories: StringPlace[] = []
  const files: SourceFileEntry[] = []
  // Headers that end before their tables have none.
  if (cursor.atEnd) return { directories, files }
  while (bytes[cursor.offset] !== 0 || cursor.atEnd) {
    directories.push({ section, offset: cursor.offset })
    cursor.skipCString()
  }
  cursor.skip(1)
  while (bytes[cursor.offset] !== 0 || cursor.atEnd) files.push(readFileEntry(cursor))
  cursor.skip(1)
  return { directories, files }
}

/** An entry as versions 2 to 4 have it, in the header or behind DW_LNE_define_file. */
export function readFileEntry(cursor: Cursor): SourceFileEntry {
  const name = { section: cursor.section, offset: cursor.offset }
  cursor.skipCString()
  const directoryIndex = cursor.uleb128()
  const modificationTime = cursor.uleb128()
  const length = cursor.uleb128()
  return { name, directoryIndex, modificationTime, length, md5: undefined, source: undefined }
}
