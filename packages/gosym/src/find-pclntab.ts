/**
 * Finding a pclntab in bytes that hold other things too: external linkers fold `.data.rel.ro.gopclntab` into
 * `.data.rel.ro`, and a file may have no section headers at all.
 */
import { indexOfBytes, plainBytes } from '@gospy/bytes'
import { decodeHeader, HeaderFault } from './pclntab-header.js'
import { PCLNTAB_MAGIC } from './pclntab-versions.js'

/** How a table may begin: each magic number in both byte orders, then two zero bytes. */
const BEGINNINGS = Object.values(PCLNTAB_MAGIC).flatMap((magic) => {
  const low = magic & 0xff
  return [new Uint8Array([low, 0xff, 0xff, 0xff, 0, 0]), new Uint8Array([0xff, 0xff, 0xff, low, 0, 0])]
})

/** Functions looked at before a candidate is believed. */
const CHECKED_FUNCTIONS = 64

/**
 * Offset of the first pclntab at or behind `from`, or undefined: a valid header, and a list of functions in ascending
 * order. Offsets need not be aligned.
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = decodeHeader(bytes, view)
  if (header instanceof HeaderFault) return false
  const { functionCount, functab, functabWord, littleEndian } = header
  // Low halves of the entries do: a wrap at 4 GiB within the first few is out of the question.
  const low = functabWord === 8 && !littleEndian ? functab + 4 : functab
  let previous = -1
  for (let index = 0; index < Math.min(functionCount, CHECKED_FUNCTIONS); index++) {
    const entry = view.getUint32(low + index * functabWord * 2, littleEndian)
    if (entry < previous) return false
    previous = entry
  }
  return functionCount > 0
}
