/**
 * `runtime.moduledata`: the structure from which a program's runtime knows itself. Where text, data and types lie, what
 * the function table counts from, where funcdata is.
 * Source: runtime/symtab.go (moduledata, textsect), Go 1.5 to 1.27.
 */
import type { ModuleFields } from './module-fields.js'
import type { ReadAddress } from './pclntab-data.js'
import type { TextSection } from './text-sections.js'

/** Addresses from `start` to below `end`. */
export interface AddressRange {
  start: number
  end: number
}

/** A Go slice: where its elements begin, and how many there are. */
export interface AddressSlice {
  address: number
  length: number
}

/** What a module says of itself. All addresses are as the binary was linked, or of a process as they are in it. */
export interface ModuleData {
  /** The layout by which it was read, named after the Go version that brought it: `1.23`. */
  layout: string
  /** Where the structure lies; undefined where it was found in a file whose addresses are not known. */
  address: number | undefined
  /** The function table, to the end of the last of its parts. */
  pclntab: AddressRange
  /** Address of the first instruction of Go functions. */
  minPc: number
  /** Address behind the last. */
  maxPc: number
  /** All text; `start` is what the function table counts from. */
  text: AddressRange
  /** The index by which the runtime finds functions (findfunctab). */
  findFunctionTable: number
  data: AddressRange
  noPointerData: AddressRange
  bss: AddressRange
  noPointerBss: AddressRange
  /** Coverage counters (Go 1.20 and newer). */
  coverageCounters: AddressRange | undefined
  /** Where the program's data end. */
  end: number
  /** Type descriptors, from which type offsets count (Go 1.7 and newer). */
  types: AddressRange | undefined
  /** Read-only data, from which pointer masks of stack objects count (Go 1.18 and newer). */
  rodata: number | undefined
  /** The symbol `go:func.*`, from which funcdata counts (Go 1.18 and newer). */
  goFunc: number | undefined
  /** Text sections where there are several (Go 1.8 and newer), else empty. */
  textSections: TextSection[]
  /** Offsets of types (int32), up to Go 1.6 pointers to them; undefined since Go 1.27. */
  typeLinks: AddressSlice | undefined
  /** Pointers to interface tables (Go 1.7 to 1.26). */
  itabLinks: AddressSlice | undefined
  /** Pointers to tasks that initialise packages (Go 1.21 and newer). */
  initTasks: AddressSlice | undefined
  /** Of a plugin, its path; undefined where that cannot be read. */
  pluginPath: string | undefined
  /** Of one module among several (`-buildmode=shared`), its name; undefined where that cannot be read. */
  name: string | undefined
  /** Whether it holds main.main; undefined before Go 1.10. */
  hasMain: boolean | undefined
  /** Whether the table counts in functions, as in WebAssembly since Go 1.25. */
  wasm: boolean
  /** Address of the next module's structure; 0 in the last and in most files, where the runtime links them when it starts. */
  next: number
}

/** The largest programs have a few dozen. */
const MAX_TEXT_SECTIONS = 4096

/**
 * What the fields say, and what they point to.
 * @param wasm whether functab counts functions
 * @returns undefined where the map of text sections cannot be read: addresses would be wrong
 */
export function interpretModule(
  fields: ModuleFields,
  address: number | undefined,
  wasm: boolean,
  read: ReadAddress,
): ModuleData | undefined {
  const range = (start: string, end: string): AddressRange => ({ start: fields.word(start), end: fields.word(end) })
  const slice = (name: string): AddressSlice | undefined =>
    fields.has(name) ? { address: fields.word(name), length: fields.length(name) } : undefined
  const textSections = readTextSections(fields, read)
  if (textSections === undefined) return undefined
  const pclntab = fields.word(fields.has('pcHeader') ? 'pcHeader' : 'pclntable')
  return {
    layout: fields.layout,
    address,
    pclntab: {
      start: pclntab,
      // Up to Go 1.25 functab and the functions are the last part.
      end: fields.has('epclntab') ? fields.word('epclntab') : fields.word('pclntable') + fields.length('pclntable'),
    },
    minPc: fields.word('minpc'),
    maxPc: fields.word('maxpc'),
    text: range('text', 'etext'),
    findFunctionTable: fields.word('findfunctab'),
    data: range('data', 'edata'),
    noPointerData: range('noptrdata', 'enoptrdata'),
    bss: range('bss', 'ebss'),
    noPointerBss: range('noptrbss', 'enoptrbss'),
    coverageCounters: fields.has('covctrs') ? range('covctrs', 'ecovctrs') : undefined,
    end: fields.word('end'),
    types: fields.has('types') ? range('types', 'etypes') : undefined,
    rodata: fields.has('rodata') ? fields.word('rodata') : undefined,
    goFunc: fields.has('gofunc') ? fields.word('gofunc') : undefined,
    textSections,
    typeLinks: slice('typelinks'),
    itabLinks: slice('itablinks'),
    initTasks: slice('inittasks'),
    pluginPath: fields.has('pluginpath') ? fields.string('pluginpath', read) : '',
    name: fields.string('modulename', read),
    hasMain: fields.has('hasmain') ? fields.byte('hasmain') === 1 : undefined,
    wasm,
    next: fields.word('next'),
  }
}

/** Undefined where there are several and their map cannot be read. */
function readTextSections(fields: ModuleFields, read: ReadAddress): TextSection[] | undefined {
  const count = fields.has('textsectmap') ? fields.length('textsectmap') : 0
  if (count <= 1) return []
  if (count > MAX_TEXT_SECTIONS) return undefined
  const { pointerSize } = fields
  const bytes = read(fields.word('textsectmap'), count * 3 * pointerSize)
  if (bytes === undefined) return undefined
  return Array.from({ length: count }, (_, index) => {
    const [offset, second, address] = [0, 1, 2].map((word) => fields.wordOf(bytes, (index * 3 + word) * pointerSize))
    // Up to Go 1.17 the length stands in place of the end.
    return { offset: offset!, end: fields.has('rodata') ? second! : offset! + second!, address: address! }
  })
}
