/**
 * One door to what a Go binary says about itself: from its sections or segments, by whatever name or none, to the function
 * table with everything that reading it takes (module data, Go version, inline trees), and the build info.
 */
import { FormatError, PagedBytes, plainBytes } from '@gospy/bytes'
import { type BuildInfo, findBuildInfo, parseBuildInfo } from './build-info.js'
import { findBuildVersion } from './build-version.js'
import { findModuleData, type ModuleEvidence, moduleDataAt } from './find-module-data.js'
import { findPclntab } from './find-pclntab.js'
import { type GoVersion, parseGoVersion } from './go-version.js'
import { type MemoryRegion, MemoryRegions, type PointerRelocation } from './memory-regions.js'
import type { ModuleData } from './module-data.js'
import { readWord } from './module-fields.js'
import { PCLNTAB } from './pc-value.js'
import { PclnTable } from './pclntab.js'
import type { ReadAddress } from './pclntab-data.js'
import { firstAndLastPlace, type PclntabHeader, readHeader } from './pclntab-header.js'
import { scanFile } from './scan-file.js'

/** A Go binary as pieces of its address space. All addresses are link-time addresses. */
export interface GoRegionsOptions {
  /** Its sections or segments, or both. Names help but are not needed. */
  regions: Iterable<MemoryRegion>
  /**
   * Pointers that are filled in when the program is loaded. Needed where the file holds zeros in their place:
   * position-independent executables that Go up to 1.14 linked itself, and those of other linkers on machines that use RELA
   * (arm64, ppc64, riscv64, s390x).
   */
  relocations?: Iterable<PointerRelocation> | undefined
  /** Go version, if it is known better than the binary says. */
  goVersion?: string | GoVersion | undefined
  /** Address of the symbol `runtime.firstmoduledata`, if it is known. */
  moduleData?: number | bigint | undefined
}

/** A Go binary as a file of any format: what is known of addresses is what the tables say themselves. */
export interface GoFileOptions {
  /** All of it. */
  file: Uint8Array
  /** Go version, if it is known better than the binary says. */
  goVersion?: string | GoVersion | undefined
}

/** Modules of one program that are followed: more are a loop in broken data. */
const MAX_MODULES = 1024

/** Module data take less, whatever the version. */
const MAX_MODULE_DATA = 4096

/** Sections that hold the table alone. Mach-O: `__gopclntab`. */
const TABLE_NAMES = new Set(['.gopclntab', '.data.rel.ro.gopclntab', '__gopclntab'])
const BUILD_INFO_NAMES = new Set(['.go.buildinfo', '__go_buildinfo'])
/** Where the module data are, the likeliest first. Go 1.26 and newer give them a section. */
const DATA_NAMES = ['.go.module', '__go_module', '.noptrdata', '__noptrdata', '.data', '__data', '.data.rel.ro']
/** Sections that hold neither tables nor pointers. */
const NOT_DATA = /^(?:\.z?debug_|__z?debug_|\.text|__text|\.symtab|\.strtab|\.shstrtab|\.comment|\.note)/

/**
 * Finds the tables in a binary: by its sections or segments, or, of a file whose format nobody reads (PE, Mach-O, ELF without
 * headers), by looking at all bytes. In the latter case inlined calls are told only where the funcdata are seen to lie as
 * far from the table as in the file: always since Go 1.26, mostly before.
 * @returns undefined where there is no function table
 * @throws FormatError when an address is above 2^53
 */
export function findGoTables(options: GoRegionsOptions | GoFileOptions): GoTables | undefined {
  if ('file' in options) {
    const file = plainBytes(options.file)
    const { goVersion } = options
    const text = goVersion ?? orUndefined(() => findBuildInfo(file))?.goVersion
    const scanned = scanFile(file, typeof text === 'string' ? parseGoVersion(text) : text)
    if (scanned === undefined) return undefined
    const { regions, header, pclntab, module, offset } = scanned
    const place = { address: pclntab, foundBy: `search of the file, at offset 0x${offset.toString(16)}`, header }
    return new GoTables(new MemoryRegions(regions), place, { ...options, module: module ?? null })
  }
  const regions = new MemoryRegions(options.regions, options.relocations)
  const place = findTable(regions)
  if (place === undefined) return undefined
  regions.relocate(place.header)
  return new GoTables(regions, place, options)
}

/** What GoTables was told. */
interface Known {
  readonly goVersion?: string | GoVersion | undefined
  /** Address of the module data. */
  readonly moduleData?: number | bigint | undefined
  /** Of a file: all of it, and what was found in it; null for nothing. */
  readonly file?: Uint8Array
  readonly module?: ModuleData | null
}

/** Where the table is. */
interface TablePlace {
  readonly address: number
  readonly foundBy: string
  readonly header: PclntabHeader
}

function findTable(regions: MemoryRegions): TablePlace | undefined {
  const list = [...regions.list()].filter(({ name, size }) => size > 0 && !NOT_DATA.test(name ?? ''))
  for (const { name, address, pages } of list) {
    if (name === undefined || !TABLE_NAMES.has(name)) continue
    const header = headerOf(pages())
    // In a segment or section of that name but with something before it, it is searched for.
    if (header !== undefined) return { address, foundBy: `section ${name}`, header }
  }
  for (const { name, address, pages } of list) {
    const bytes = pages().all()
    const at = findPclntab(bytes)
    if (at === undefined) continue
    const header = headerOf(new PagedBytes(bytes.subarray(at), PCLNTAB))
    const where = name === undefined ? '' : ` in ${name}`
    if (header !== undefined) return { address: address + at, foundBy: `search${where}`, header }
  }
  return undefined
}

function headerOf(pages: PagedBytes): PclntabHeader | undefined {
  return orUndefined(() => readHeader(pages))
}

/** What was found in a binary. Everything is looked for when it is first asked for, and remembered. */
export class GoTables {
  /** How the function table was found: by the name of a section, or by a search. */
  readonly foundBy: string
  /** Address of the function table; undefined where it was found in a file that does not say it. */
  readonly pclntabAddress: number | undefined
  readonly #address: number
  readonly #regions: MemoryRegions
  readonly #header: PclntabHeader
  readonly #known: Known
  /** Null as long as it was not looked for. */
  #module: ModuleData | undefined | null = null
  #modules: readonly ModuleData[] | undefined
  #buildInfo: { value: BuildInfo | undefined } | { error: unknown } | undefined
  #goVersion: string | undefined | null = null
  #table: PclnTable | undefined

  /**
   * Made by `findGoTables`.
   * @internal
   */
  constructor(regions: MemoryRegions, place: TablePlace, known: Known) {
    this.#regions = regions
    this.#header = place.header
    this.#known = known
    this.foundBy = place.foundBy
    this.#address = place.address
    this.pclntabAddress = known.module === null ? undefined : place.address
    if (known.module !== undefined) this.#module = known.module ?? undefined
  }

  /** Bytes at a link-time address, relocations applied; undefined where the regions do not hold them. */
  get readAddress(): ReadAddress {
    return this.#regions.read
  }

  /**
   * What the runtime knows of the program; undefined where it was not found: before Go 1.5 there is none, and where its
   * pointers are filled in when the program is loaded, the option `relocations` is needed.
   */
  get moduleData(): ModuleData | undefined {
    if (this.#module === null) this.#module = this.#findModule()
    return this.#module
  }

  /** Every module of a program that was read from memory, the first one first: plugins and shared modules follow it. */
  get modules(): readonly ModuleData[] {
    this.#modules ??= this.#followModules()
    return this.#modules
  }

  /**
   * The function table, with the addresses, the Go version and the inline trees that it takes to read all of it.
   * @throws FormatError when it is malformed, or counts from an address that the binary does not say (Go 1.18 and newer
   * without module data)
   */
  get table(): PclnTable {
    this.#table ??= this.#openTable(this.moduleData, this.#address)
    return this.#table
  }

  /**
   * The function table of one of `modules`.
   * @throws FormatError as `table`
   */
  tableOf(module: ModuleData): PclnTable {
    return module.address === this.moduleData?.address ? this.table : this.#openTable(module, module.pclntab.start)
  }

  /**
   * What `go version -m` shows; undefined where there is none (before Go 1.13, or removed).
   * @throws FormatError when there is some that cannot be read
   */
  get buildInfo(): BuildInfo | undefined {
    if (this.#buildInfo === undefined) {
      try {
        this.#buildInfo = { value: this.#findBuildInfo() }
      } catch (error) {
        this.#buildInfo = { error }
      }
    }
    if ('error' in this.#buildInfo) throw this.#buildInfo.error
    return this.#buildInfo.value
  }

  /** The Go version, of the build info or else of the variable `runtime.buildVersion`; undefined where neither is found. */
  get goVersion(): string | undefined {
    if (this.#goVersion === null) {
      this.#goVersion = this.#versionOfBuildInfo()
      // Module data may be found without it.
      this.#goVersion ??= this.moduleData && findBuildVersion(this.moduleData, this.#header, this.#regions.read)
    }
    return this.#goVersion
  }

  #versionOfBuildInfo(): string | undefined {
    const version = orUndefined(() => this.buildInfo)?.goVersion
    // Of the pointers that an older linker left to be filled in, what they lead to may be anything.
    return version === undefined || version === '' || !/^(?:go\d|devel)/.test(version) ? undefined : version
  }

  #openTable(module: ModuleData | undefined, address: number): PclnTable {
    const table = this.#regions.from(address, module && module.pclntab.end - address) ?? new Uint8Array()
    const { goVersion } = this.#known
    if (module === undefined && this.#header.textStart === 0) {
      throw new FormatError('the module data were not found, which alone say what the addresses count from', {
        section: PCLNTAB,
      })
    }
    return PclnTable.parse(table, {
      textStart: module?.text.start,
      textSections: module?.textSections,
      wasm: module?.wasm,
      goVersion: goVersion ?? this.goVersion,
      goFunc: module?.goFunc,
      rodata: module?.rodata,
      readAddress: this.#regions.read,
    })
  }

  #evidence(pclntab: number): ModuleEvidence | undefined {
    const bytes = this.#regions.from(pclntab)
    if (bytes === undefined) return undefined
    const pages = new PagedBytes(bytes, PCLNTAB)
    const header = pclntab === this.#address ? this.#header : headerOf(pages)
    if (header === undefined) return undefined
    const { goVersion } = this.#known
    return {
      header,
      pclntab,
      ...firstAndLastPlace(pages, header),
      version:
        goVersion === undefined || typeof goVersion === 'string'
          ? parseGoVersion(goVersion ?? this.#versionOfBuildInfo() ?? '')
          : goVersion,
      read: this.#regions.read,
    }
  }

  #findModule(): ModuleData | undefined {
    const evidence = this.#evidence(this.#address)
    if (evidence === undefined) return undefined
    const { moduleData } = this.#known
    if (moduleData !== undefined) return this.#moduleAt(Number(moduleData), evidence)
    const ranked = [...this.#regions.list()]
      .filter(({ name, size }) => size > 0 && !NOT_DATA.test(name ?? ''))
      .map((region) => ({ region, rank: rankOf(region.name) }))
      .sort((a, b) => a.rank - b.rank)
    for (const { region } of ranked) {
      const module = findModuleData(region.pages().all(), region.address, evidence)
      if (module !== undefined) return module
    }
    return undefined
  }

  #moduleAt(address: number, evidence: ModuleEvidence): ModuleData | undefined {
    const bytes = this.#regions.head(address, MAX_MODULE_DATA)
    return bytes && moduleDataAt(bytes, 0, address, evidence)
  }

  #followModules(): ModuleData[] {
    const modules: ModuleData[] = []
    const seen = new Set<number>()
    for (let module = this.moduleData; module !== undefined && modules.length < MAX_MODULES; ) {
      modules.push(module)
      const { next } = module
      if (next === 0 || seen.has(next)) break
      seen.add(next)
      module = this.#nextModule(next)
    }
    return modules
  }

  /** Which table the structure is about, only it can say. */
  #nextModule(address: number): ModuleData | undefined {
    const bytes = this.#regions.head(address, MAX_MODULE_DATA)
    if (bytes === undefined || bytes.length < this.#header.pointerSize) return undefined
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const pclntab = readWord(view, 0, this.#header)
    const evidence = this.#evidence(pclntab)
    return evidence && moduleDataAt(bytes, 0, address, evidence)
  }

  #findBuildInfo(): BuildInfo | undefined {
    const { littleEndian } = this.#header
    const options = { readAddress: this.#regions.read, littleEndian }
    if (this.#known.file !== undefined) return findBuildInfo(this.#known.file, options)
    const list = [...this.#regions.list()].filter(({ size }) => size > 0)
    const named = list.find(({ name }) => name !== undefined && BUILD_INFO_NAMES.has(name))
    if (named !== undefined) return parseBuildInfo(named.pages().all(), options)
    for (const { region } of list
      .filter(({ name }) => !NOT_DATA.test(name ?? ''))
      .map((region) => ({ region, rank: rankOf(region.name) }))
      .sort((a, b) => a.rank - b.rank)) {
      const found = findBuildInfo(region.pages().all(), { ...options, address: region.address })
      if (found !== undefined) return found
    }
    return undefined
  }
}

function rankOf(name: string | undefined): number {
  const index = name === undefined ? -1 : DATA_NAMES.indexOf(name)
  return index < 0 ? DATA_NAMES.length : index
}

/** What a part says, undefined where it is damaged: others may say the same. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
