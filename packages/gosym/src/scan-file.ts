/**
 * Go tables in a file of a format that nobody here reads (PE, Mach-O, an ELF file without headers, a dump): the function table is
 * found by its bytes, the module data by how far its pointers are from one another, and from both follows where the
 * table was linked to lie.
 */

import { PagedBytes } from '@gospy/bytes'
import { findModuleData } from './find-module-data.js'
import { findPclntab } from './find-pclntab.js'
import type { GoVersion } from './go-version.js'
import type { MemoryRegion } from './memory-regions.js'
import type { ModuleData } from './module-data.js'
import { PCLNTAB } from './pc-value.js'
import { PclnTable } from './pclntab.js'
import { firstAndLastPlace, type PclntabHeader, readHeader } from './pclntab-header.js'

/** What was found in a file. */
export interface ScannedFile {
  readonly header: PclntabHeader
  /** Link-time address of the table; 0 where nothing says it. */
  readonly pclntab: number
  /** Offset of the table in the file. */
  readonly offset: number
  readonly module: ModuleData | undefined
  /** What of the file is known to lie at which address. */
  readonly regions: MemoryRegion[]
}

/** Inline trees looked at before it is believed that they are where the table is, as far away as in the file. */
const CHECKED_TREES = 64

/**
 * Undefined where there is no function table.
 * @param version of Go, if it is known
 */
export function scanFile(file: Uint8Array, version: GoVersion | undefined): ScannedFile | undefined {
  const offset = findPclntab(file)
  if (offset === undefined) return undefined
  const rest = file.subarray(offset)
  const pages = new PagedBytes(rest, PCLNTAB)
  const header = readHeader(pages)
  const evidence = { header, ...firstAndLastPlace(pages, header), version, read: () => undefined }
  const module = findModuleData(file, undefined, { ...evidence, pclntab: undefined })
  const pclntab = module?.pclntab.start ?? 0
  const table = { address: pclntab, bytes: module ? rest.subarray(0, module.pclntab.end - pclntab) : rest }
  const whole = { address: pclntab - offset, bytes: file }
  const regions =
    module !== undefined && whole.address >= 0 && holdsTrees(whole, rest, module, version) ? [whole] : [table]
  return { header, pclntab, offset, module, regions }
}

/**
 * Whether the file lies in memory as it is, as far as the funcdata: sections keep their distance within a segment, and in most
 * files beyond. Inline trees tell, which name functions and addresses within theirs.
 */
function holdsTrees(
  { address, bytes }: { address: number; bytes: Uint8Array },
  rest: Uint8Array,
  module: ModuleData,
  version: GoVersion | undefined,
): boolean {
  const table = PclnTable.parse(rest, {
    textStart: module.text.start,
    wasm: module.wasm,
    goFunc: module.goFunc,
    goVersion: version,
    readAddress: (at, length) =>
      at >= address && at - address + length <= bytes.length
        ? bytes.subarray(at - address, at - address + length)
        : undefined,
  })
  let checked = 0
  for (const func of table.functions()) {
    if (checked >= CHECKED_TREES) break
    const verdict = func.hasPlausibleInlineTree()
    if (verdict === false) return false
    if (verdict === true) checked++
  }
  return checked > 0
}
