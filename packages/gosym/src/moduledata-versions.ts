/**
 * The shapes that `runtime.moduledata` has had, as data: the fields in their order, of which the offsets follow for
 * either pointer size. Source: runtime/symtab.go (moduledata), Go 1.5 to 1.27; Go before 1.5 has no such structure.
 */
import { type GoVersion, isAtLeast } from './go-version.js'
import type { PclntabVersion } from './pclntab-versions.js'

/** How a field lies in memory: a word, a slice of three, a string of two, a byte, a bit vector (int32, pointer). */
export type FieldShape = 'word' | 'slice' | 'string' | 'byte' | 'bits'

type Field = readonly [name: string, shape: FieldShape]

/** A shape of the structure, named after the Go version that brought it. */
export interface ModuleDataLayout {
  readonly since: string
  /** `since` once more: the minor version. */
  readonly minor: number
  readonly fields: readonly Field[]
}

const words = (names: string): Field[] => names.split(' ').map((name) => [name, 'word'])
const slices = (names: string): Field[] => names.split(' ').map((name) => [name, 'slice'])

const TABLES_1_5 = slices('pclntable ftab filetab')
const TABLES_1_16 = [...words('pcHeader'), ...slices('funcnametab cutab filetab pctab pclntable ftab')]
const SEGMENTS = words('findfunctab minpc maxpc text etext noptrdata enoptrdata data edata bss ebss noptrbss enoptrbss')
const COVERAGE_1_20 = words('covctrs ecovctrs')
const END = words('end gcdata gcbss')
const TYPES_1_7 = words('types etypes')
const TYPES_1_27 = words('types typedesclen etypes itaboffset itabsize')
const FUNCDATA_1_18 = words('rodata gofunc')
const FUNCDATA_1_26 = words('rodata gofunc epclntab')
const TEXT_SECTIONS = slices('textsectmap')
const LINKS = slices('typelinks itablinks')
const PLUGIN: Field[] = [...slices('ptab'), ['pluginpath', 'string'], ...slices('pkghashes')]
const INIT_TASKS_1_21 = slices('inittasks')
const NAME: Field[] = [['modulename', 'string'], ...slices('modulehashes')]
const HAS_MAIN: Field[] = [['hasmain', 'byte']]
const BAD: Field[] = [['bad', 'byte']]
const MASKS: Field[] = [
  ['gcdatamask', 'bits'],
  ['gcbssmask', 'bits'],
]
const TYPE_MAP = words('typemap')
const NEXT = words('next')

function layout(minor: number, ...groups: readonly (readonly Field[])[]): ModuleDataLayout {
  return { since: `1.${minor}`, minor, fields: groups.flat() }
}

const HEAD_1_20 = [...TABLES_1_16, ...SEGMENTS, ...COVERAGE_1_20, ...END]
const TAIL_1_10 = [...NAME, ...HAS_MAIN, ...MASKS, ...TYPE_MAP, ...BAD, ...NEXT]
const TAIL_1_23 = [...INIT_TASKS_1_21, ...NAME, ...HAS_MAIN, ...BAD, ...MASKS, ...TYPE_MAP, ...NEXT]

/** From the newest; each holds for its Go version and all newer ones up to the entry before it. */
export const MODULE_DATA_LAYOUTS: readonly ModuleDataLayout[] = [
  layout(27, HEAD_1_20, TYPES_1_27, FUNCDATA_1_26, TEXT_SECTIONS, PLUGIN, TAIL_1_23),
  layout(26, HEAD_1_20, TYPES_1_7, FUNCDATA_1_26, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_23),
  layout(23, HEAD_1_20, TYPES_1_7, FUNCDATA_1_18, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_23),
  layout(21, HEAD_1_20, TYPES_1_7, FUNCDATA_1_18, TEXT_SECTIONS, LINKS, PLUGIN, INIT_TASKS_1_21, TAIL_1_10),
  layout(20, HEAD_1_20, TYPES_1_7, FUNCDATA_1_18, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_10),
  layout(18, TABLES_1_16, SEGMENTS, END, TYPES_1_7, FUNCDATA_1_18, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_10),
  layout(16, TABLES_1_16, SEGMENTS, END, TYPES_1_7, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_10),
  layout(10, TABLES_1_5, SEGMENTS, END, TYPES_1_7, TEXT_SECTIONS, LINKS, PLUGIN, TAIL_1_10),
  layout(8, TABLES_1_5, SEGMENTS, END, TYPES_1_7, TEXT_SECTIONS, LINKS, PLUGIN, NAME, MASKS, TYPE_MAP, NEXT),
  layout(7, TABLES_1_5, SEGMENTS, END, TYPES_1_7, LINKS, NAME, MASKS, TYPE_MAP, NEXT),
  layout(5, TABLES_1_5, SEGMENTS, END, slices('typelinks'), NAME, MASKS, NEXT),
]

/** The minor versions that write each format of the table and have the structure. */
export const FORMAT_MINORS: Readonly<Record<PclntabVersion, readonly [from: number, to: number]>> = {
  '1.2': [5, 15],
  '1.16': [16, 17],
  '1.18': [18, 19],
  '1.20': [20, Number.POSITIVE_INFINITY],
}

/**
 * The layouts that a binary with a table of this format may have, the likeliest first: that of the Go version where it
 * is known, else from the newest.
 */
export function moduleDataLayouts(format: PclntabVersion, version: GoVersion | undefined): ModuleDataLayout[] {
  const [from, to] = FORMAT_MINORS[format]
  const candidates = MODULE_DATA_LAYOUTS.filter(({ minor }) => minor >= from && minor <= to)
  if (version === undefined) return candidates
  const exact = candidates.find(({ minor }) => isAtLeast(version, 1, minor))
  // A development build may have the layout of either side.
  return exact === undefined ? candidates : [exact, ...candidates.filter((candidate) => candidate !== exact)]
}

/** Where each field begins, and the bytes of all. */
export interface PlacedFields {
  readonly offsets: ReadonlyMap<string, number>
  readonly size: number
}

/** Offsets of a layout's fields, as Go's compiler lays out a struct: each aligned to its own size, a word at most. */
export function placeFields({ fields }: ModuleDataLayout, pointerSize: number): PlacedFields {
  const offsets = new Map<string, number>()
  const align = (at: number): number => Math.ceil(at / pointerSize) * pointerSize
  const sizes: Record<FieldShape, number> = {
    word: pointerSize,
    slice: 3 * pointerSize,
    string: 2 * pointerSize,
    bits: 2 * pointerSize,
    byte: 1,
  }
  let at = 0
  for (const [name, shape] of fields) {
    if (shape !== 'byte') at = align(at)
    offsets.set(name, at)
    at += sizes[shape]
  }
  return { offsets, size: align(at) }
}
