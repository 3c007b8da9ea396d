/**
 * Directory and file entries of version 5, which describe themselves: a list of content types and forms, then the entries
 * (DWARF 5, section 6.2.4, items 12 to 19).
 */
import type { Cursor } from '@gospy/bytes'
import { describeForm } from '../constants/describe.js'
import { DW_FORM } from '../constants/form.js'
import { DW_LNCT } from '../constants/line.js'
import { readPlainValue } from '../form-value.js'
import type { SourceFileEntry, StringPlace } from './source-file.js'

type EntryValue = number | bigint | Uint8Array | StringPlace

/** Reads one list: the format, the number of entries, the entries. */
export function readEntries(cursor: Cursor, offsetSize: 4 | 8): SourceFileEntry[] {
  const formatCount = cursor.u8()
  const types: number[] = []
  const forms: number[] = []
  for (let index = 0; index < formatCount; index++) {
    types.push(cursor.uleb128())
    forms.push(cursor.uleb128())
  }
  const start = cursor.offset
  const count = cursor.uleb128()
  const entries: SourceFileEntry[] = []
  for (let index = 0; index < count; index++) {
    const entryStart = cursor.offset
    const entry: Writable<SourceFileEntry> = {
      name: undefined,
      directoryIndex: 0,
      modificationTime: 0,
      length: 0,
      md5: undefined,
      source: undefined,
    }
    for (let at = 0; at < formatCount; at++) {
      setContent(entry, types[at]!, readValue(cursor, forms[at]!, offsetSize))
    }
    // Otherwise the count alone would make as many entries as it likes.
    if (cursor.offset === entryStart) cursor.fail(`${count} file or directory entries that have no bytes`, start)
    entries.push(entry)
  }
  return entries
}

type Writable<Object> = { -readonly [Key in keyof Object]: Object[Key] }

/** Types that are not known are a vendor's own, and say nothing that one has to know. */
function setContent(entry: Writable<SourceFileEntry>, type: number, value: EntryValue): void {
  switch (type) {
    case DW_LNCT.path:
      entry.name = asString(value)
      return
    case DW_LNCT.directory_index:
      entry.directoryIndex = Number(asInteger(value))
      return
    case DW_LNCT.timestamp:
      entry.modificationTime = asInteger(value)
      return
    case DW_LNCT.size:
      entry.length = asInteger(value)
      return
    case DW_LNCT.MD5:
      entry.md5 = value instanceof Uint8Array && value.length === 16 ? value : undefined
      return
    case DW_LNCT.LLVM_source:
      entry.source = asString(value)
  }
}

function asInteger(value: EntryValue): number | bigint {
  return typeof value === 'number' || typeof value === 'bigint' ? value : 0
}

function asString(value: EntryValue): StringPlace | undefined {
  return typeof value === 'object' && !(value instanceof Uint8Array) ? value : undefined
}

/** The forms that the standard allows here (table 7.27 and section 6.2.4.2: vendors may use these), but for indexed strings. */
function readValue(cursor: Cursor, form: number, offsetSize: 4 | 8): EntryValue {
  switch (form) {
    case DW_FORM.string: {
      const offset = cursor.offset
      cursor.skipCString()
      return { section: cursor.section, offset }
    }
    case DW_FORM.line_strp:
      return { section: '.debug_line_str', offset: cursor.uint(offsetSize) }
    case DW_FORM.strp:
      return { section: '.debug_str', offset: cursor.uint(offsetSize) }
    case DW_FORM.flag:
      return cursor.u8()
    default:
      return (
        readPlainValue(cursor, form, offsetSize) ?? cursor.fail(`${describeForm(form)} in a file or directory entry`)
      )
  }
}
