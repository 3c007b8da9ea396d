/**
 * Finding `runtime.moduledata` without a symbol or DWARF: it points to the function table, and most of its fields can be
 * held against that. Sources: runtime/symtab.go (moduledataverify1), cmd/link/internal/ld/symtab.go, Go 1.5 to 1.27.
 */
import { indexOfBytes } from '@gospy/bytes'
import type { GoVersion } from './go-version.js'
import { interpretModule, type ModuleData } from './module-data.js'
import { ModuleFields, readWord } from './module-fields.js'
import { moduleDataLayouts } from './moduledata-versions.js'
import type { ReadAddress } from './pclntab-data.js'
import type { PclntabHeader } from './pclntab-header.js'

/** What a structure is held against. */
export interface ModuleEvidence {
  readonly header: PclntabHeader
  /** Address of the function table; undefined where nothing but the structure can say it. */
  readonly pclntab: number | undefined
  /** First and last entry of functab, as they stand there. */
  readonly first: number
  readonly last: number
  readonly version: GoVersion | undefined
  readonly read: ReadAddress
}

/** Places whose every field is looked at before giving up: hostile bytes may hold any number that begin well. */
const MAX_CANDIDATES = 1024

/** Lengths above this are none. */
const MAX_LENGTH = 2 ** 40
const MAX_NAME_LENGTH = 4096
/** No data lie below: the first page is never mapped. */
const LOWEST_POINTER = 4096

/** Bits of a WebAssembly pc below the function's index. */
const WASM_FUNCTION = 0x1_0000

/**
 * The structure in a piece of data, undefined where there is none.
 * @param address of the first byte; undefined where it is not known
 */
export function findModuleData(
  bytes: Uint8Array,
  address: number | undefined,
  evidence: ModuleEvidence,
): ModuleData | undefined {
  const { header, pclntab } = evidence
  const { pointerSize } = header
  let candidates = 0
  const step = pclntab === undefined ? nextByDistance(bytes, header) : nextByPointer(bytes, pclntab, header)
  for (let at = step(0); at !== undefined && candidates < MAX_CANDIDATES; at = step(at + pointerSize)) {
    candidates++
    const place = address === undefined ? undefined : address + at
    const module = moduleDataAt(bytes, at, place, evidence)
    if (module !== undefined) return module
  }
  return undefined
}

/**
 * The structure at an offset of the bytes, read by the layout that fits; undefined where none does. Where the Go version is not
 * known several may, and differ in little: then one counts by which the module holds main, as nearly all do.
 */
export function moduleDataAt(
  bytes: Uint8Array,
  at: number,
  address: number | undefined,
  evidence: ModuleEvidence,
): ModuleData | undefined {
  const { header, version, read } = evidence
  let best: ModuleData | undefined
  for (const layout of moduleDataLayouts(header.version, version)) {
    const fields = ModuleFields.at(bytes, at, layout, header)
    if (fields === undefined || !areSane(fields)) continue
    const unit = textUnit(fields, evidence)
    const module = unit && interpretModule(fields, address, unit === WASM_FUNCTION, read)
    // Where the addresses of a file are not known, neither is whether the name is text.
    if (!module || (module.name === undefined && evidence.pclntab !== undefined)) continue
    if (version !== undefined || module.hasMain === true) return module
    // One that says nothing of main contradicts nothing.
    if (best === undefined || (best.hasMain === false && module.hasMain === undefined)) best = module
  }
  return best
}

/** The second pointer of the structure leads to this place in the table, whatever the version. */
function secondPointer({ version, functab, funcnametab }: PclntabHeader): { word: number; distance: number } {
  return version === '1.2' ? { word: 3, distance: functab } : { word: 1, distance: funcnametab }
}

/** Places that point to the table and, further on, into it. */
function nextByPointer(bytes: Uint8Array, pclntab: number, header: PclntabHeader) {
  const { pointerSize } = header
  const { word, distance } = secondPointer(header)
  const pattern = pointerBytes(pclntab, header)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return (from: number): number | undefined => {
    for (let at = indexOfBytes(bytes, pattern, from); at >= 0; at = indexOfBytes(bytes, pattern, at + 1)) {
      const second = at + word * pointerSize
      if (second + pointerSize > bytes.length) return undefined
      if (readWord(view, second, header) === pclntab + distance) return at
    }
    return undefined
  }
}

/** Places whose pointers are as far from one another as the parts of the table are. */
function nextByDistance(bytes: Uint8Array, header: PclntabHeader) {
  const { pointerSize, functionCount, littleEndian } = header
  const { word, distance } = secondPointer(header)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lowHalf = pointerSize === 8 && !littleEndian ? 4 : 0
  const end = bytes.length - (word + 2) * pointerSize
  return (from: number): number | undefined => {
    for (let at = from; at <= end; at += pointerSize) {
      // Half of the words first: this goes over whole files.
      const second = at + word * pointerSize
      const first = view.getUint32(at + lowHalf, littleEndian)
      if (first === 0 || ((view.getUint32(second + lowHalf, littleEndian) - first) | 0) !== distance) continue
      if (readWord(view, second, header) - readWord(view, at, header) !== distance) continue
      const length = readWord(view, second + pointerSize, header)
      if (header.version !== '1.2' || length === functionCount + 1) return at
    }
    return undefined
  }
}

function pointerBytes(value: number, { pointerSize, littleEndian }: PclntabHeader): Uint8Array {
  const bytes = new Uint8Array(pointerSize)
  for (let index = 0, rest = value; index < pointerSize; index++, rest = Math.floor(rest / 256)) {
    bytes[littleEndian ? index : pointerSize - 1 - index] = rest % 256
  }
  return bytes
}

const RANGES = [
  ['minpc', 'maxpc'],
  ['text', 'etext'],
  ['noptrdata', 'enoptrdata'],
  ['data', 'edata'],
  ['bss', 'ebss'],
  ['noptrbss', 'enoptrbss'],
  ['covctrs', 'ecovctrs'],
  ['types', 'etypes'],
] as const

/** Whether ranges do not end before they begin, slices have room for what they hold, and flags are flags. */
function areSane(fields: ModuleFields): boolean {
  for (const [start, end] of RANGES) {
    if (!fields.has(start)) continue
    if (!(fields.word(start) <= fields.word(end) && fields.word(end) <= Number.MAX_SAFE_INTEGER)) return false
  }
  for (const name of fields.named('slice')) {
    const [pointer, length] = [fields.word(name), fields.length(name)]
    if (!(length <= fields.capacity(name) && length < MAX_LENGTH && isPointer(pointer, length))) return false
  }
  for (const name of fields.named('string')) {
    const length = fields.length(name)
    if (!(length <= MAX_NAME_LENGTH && isPointer(fields.word(name), length))) return false
  }
  if (fields.has('typedesclen') && !(fields.word('typedesclen') <= fields.word('etypes') - fields.word('types'))) {
    return false
  }
  if (fields.has('epclntab') && !(fields.word('epclntab') > fields.word('pclntable'))) return false
  return fields.named('byte').every((name) => fields.byte(name) <= 1)
}

/** Nothing needs no pointer, and something needs one that is more than a small number. */
function isPointer(word: number, length: number): boolean {
  return word === 0 ? length === 0 : word >= LOWEST_POINTER && word <= Number.MAX_SAFE_INTEGER
}

/** How many addresses a unit of functab stands for, where the fields agree with the table; undefined where they do not. */
function textUnit(fields: ModuleFields, { header, pclntab, first, last }: ModuleEvidence): number | undefined {
  const table = fields.word(fields.has('pcHeader') ? 'pcHeader' : 'pclntable')
  if (table === 0 || (pclntab !== undefined && table !== pclntab)) return undefined
  if (fields.length('ftab') !== header.functionCount + 1 || fields.word('ftab') - table !== header.functab)
    return undefined
  for (const name of ['funcnametab', 'cutab', 'filetab', 'pctab'] as const) {
    // Of the oldest format the parts are not apart.
    if (header.version !== '1.2' && fields.word(name) - table !== header[name]) return undefined
  }
  const [minPc, maxPc, text] = [fields.word('minpc'), fields.word('maxpc'), fields.word('text')]
  if (header.textStart === undefined) {
    // A table whose relocations are not applied says nothing of addresses.
    const isUnrelocated = first === 0 && last === 0
    return isUnrelocated || (minPc === first && maxPc === last) ? 1 : undefined
  }
  const hasSections = fields.length('textsectmap') > 1
  if (minPc === text + first && (hasSections || maxPc === text + last)) return 1
  // The last function of WebAssembly ends with its last block: runtime/symtab.go (moduledataverify1).
  const roundedUp = Math.ceil(maxPc / WASM_FUNCTION) * WASM_FUNCTION
  if (minPc === text + first * WASM_FUNCTION && roundedUp === text + last * WASM_FUNCTION) return WASM_FUNCTION
  return undefined
}
