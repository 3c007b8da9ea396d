/**
 * Finding a pclntab in bytes that hold other things too: external linkers fold `.data.rel.ro.gopclntab` into
 * `.data.rel.ro`, a file may have no section headers at all, or be of a format that the caller does not read.
 */
import { indexOfBytes, PagedBytes, plainBytes } from '@gospy/bytes'
import { PCLNTAB } from './pc-value.js'
import { decodeHeader, HeaderFault, type PclntabHeader } from './pclntab-header.js'
import { PCLNTAB_MAGIC } from './pclntab-versions.js'

/** How a table may begin: each magic number in both byte orders, then two zero bytes. */
const BEGINNINGS = Object.values(PCLNTAB_MAGIC).flatMap((magic) => {
  const low = magic & 0xff
  return [new Uint8Array([low, 0xff, 0xff, 0xff, 0, 0]), new Uint8Array([0xff, 0xff, 0xff, low, 0, 0])]
})

/** Functions looked at before a candidate is believed. */
const CHECKED_FUNCTIONS = 64

/** funcoff of an entry that marks a hole between text sections. */
const HOLE = 0xffff_ffff

/** Names looked at are not longer. */
const MAX_NAME = 1 << 16

/**
 * Offset of the first pclntab at or behind `from`, or undefined: a valid header, a list of functions in ascending order,
 * of which each leads to a description of that very function, whose name is text. Offsets need not be aligned.
 * Programs that read such tables hold the magic numbers too; nothing of that is taken for a table.
 */
export function findPclntab(bytes: Uint8Array, from = 0): number | undefined {
  const plain = plainBytes(bytes)
  let first: number | undefined
  for (const beginning of BEGINNINGS) {
    let at = indexOfBytes(plain, beginning, from)
    while (at >= 0 && at < (first ?? plain.length)) {
      if (isTable(plain.subarray(at))) first = at
      else at = indexOfBytes(plain, beginning, at + 1)
    }
  }
  return first
}

function isTable(bytes: Uint8Array): boolean {
  const pages = new PagedBytes(bytes, PCLNTAB)
  const header = decodeHeader(pages)
  if (header instanceof HeaderFault || header.functionCount === 0) return false
  const { view } = pages
  const { functionCount, functab, functabWord, littleEndian } = header
  // Low halves are enough: a wrap at 4 GiB within the first few is out of the question.
  const low = functabWord === 8 && !littleEndian ? 4 : 0
  let previous = -1
  for (let index = 0; index < Math.min(functionCount, CHECKED_FUNCTIONS); index++) {
    const at = functab + index * functabWord * 2 + low
    const entry = view.getUint32(at, littleEndian)
    if (entry < previous) return false
    previous = entry
    const offset = view.getUint32(at + functabWord, littleEndian)
    if (offset !== HOLE && !isFunction(bytes, view, header, header.funcBase + offset, entry)) return false
  }
  return true
}

/** Whether a `_func` is there: its first field repeats the entry, its second leads to a name. */
function isFunction(bytes: Uint8Array, view: DataView, header: PclntabHeader, func: number, entry: number): boolean {
  const { functabWord, littleEndian, funcnametab, funcnametabEnd } = header
  if (func + functabWord + 4 > bytes.length) return false
  const low = functabWord === 8 && !littleEndian ? 4 : 0
  if (view.getUint32(func + low, littleEndian) !== entry) return false
  const name = funcnametab + view.getUint32(func + functabWord, littleEndian)
  if (!(name < funcnametabEnd)) return false
  for (let at = name; at < Math.min(bytes.length, name + MAX_NAME); at++) {
    const byte = bytes[at]!
    if (byte === 0) return true
    if (byte < 0x20) return false
  }
  return false
}
