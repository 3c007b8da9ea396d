/**
 * A Go program as a file: what is known of it without a process. Sections are read when they are first asked for, and
 * remembered.
 */
import { type ByteSource, FormatError, indexOfBytes } from '@gospy/bytes'
import { DW_LANG, type Dwarf, NameNotFoundError } from '@gospy/dwarf'
import { ElfFile, EM, ET, PF, PT } from '@gospy/elf'
import { nativeDecompressors } from '@gospy/elf/node'
import {
  type AddressRange,
  type BuildInfo,
  findGoTables,
  type GoTables,
  type GoVersion,
  type ModuleData,
  PclnTable,
  type PointerRelocation,
  parseBuildInfo,
  parseGoVersion,
} from '@gospy/gosym'
import { elfDwarf } from './elf-dwarf.js'
import { elfRegions, LoadedBytes, pointerRelocations } from './elf-regions.js'
import { readLinkedString } from './linked-string.js'
import { OLDEST_MINOR } from './runtime-contract.js'
import { LayoutError, layoutFromDwarf, type RuntimeLayout } from './runtime-layout.js'
import { TargetError } from './target-error.js'

/** How much a binary tells about its variables: types and addresses, addresses alone, or nothing. */
export type DebugData = 'dwarf' | 'symtab' | 'none'

/** The version of Go that built a program. */
export interface GoVersionFound {
  /** As the binary has it: `go1.26.8`; `unknown` where it does not say. */
  readonly text: string
  readonly version: GoVersion | undefined
}

/** Where the function table lies. */
export interface PclnTablePlace {
  /** How it was found: by a section's name, a symbol, or a search. */
  readonly foundBy: string
  /** Link-time address. */
  readonly address: number
  /** The table, of which a look-up reads what it needs. */
  readonly source: ByteSource
}

/** ELF machine -> the architecture as Go names it (GOARCH). */
const ARCHITECTURES: Readonly<Record<number, string>> = {
  [EM['386']]: '386',
  [EM.X86_64]: 'amd64',
  [EM.ARM]: 'arm',
  [EM.AARCH64]: 'arm64',
  [EM.MIPS]: 'mips',
  [EM.PPC64]: 'ppc64',
  [EM.RISCV]: 'riscv64',
  [EM.S390]: 's390x',
  [EM.LOONGARCH]: 'loong64',
}

/** UPX writes its header, which begins with this, behind the program headers (src/conf.h, UPX_MAGIC_LE32; p_unix.h, l_info). */
const UPX_MAGIC = new TextEncoder().encode('UPX!')
const PACKED_HEADER = 4096

/** Sections that hold the function table, in the order in which they are tried. */
const PCLNTAB_SECTIONS = ['.gopclntab', '.data.rel.ro.gopclntab']

export class GoBinary {
  /** Where the file came from, for people. */
  readonly path: string
  readonly elf: ElfFile
  readonly #memo = new Map<string, { value: unknown } | { error: unknown }>()

  /**
   * @param source the whole file; stays in use as long as this object
   * @throws TargetError NOT_GO when it is not an ELF file
   */
  constructor(source: ByteSource, path: string) {
    this.path = path
    try {
      this.elf = new ElfFile(source, nativeDecompressors)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      throw new TargetError('NOT_GO', `${path} is not a Go program for Linux: ${error.reason}`, undefined, error)
    }
  }

  /**
   * The value of `make`, made once; a failure is remembered as well. That the file contradicts its own format is said with
   * the file's name, as TargetError MALFORMED, whatever part of it was asked for.
   */
  #once<T>(name: string, make: () => T): T {
    let entry = this.#memo.get(name)
    if (entry === undefined) {
      try {
        entry = { value: make() }
      } catch (error) {
        entry = { error: error instanceof FormatError ? damaged(this.path, error) : error }
      }
      this.#memo.set(name, entry)
    }
    if ('error' in entry) throw entry.error
    return entry.value as T
  }

  /** The architecture as Go names it (GOARCH), or `machine N`. */
  get arch(): string {
    const { machine } = this.elf.header
    return ARCHITECTURES[machine] ?? `machine ${machine}`
  }

  /** Whether it is loaded wherever the system likes: a position-independent executable. */
  get isPie(): boolean {
    return this.elf.header.type === ET.DYN
  }

  /**
   * What `go version -m` shows; undefined before Go 1.13, where it was removed, and where it cannot be read from the file:
   * in a position-independent program of Go 1.13 and 1.14 its pointers are filled in when it is loaded.
   */
  get buildInfo(): BuildInfo | undefined {
    return this.#once('buildInfo', () => {
      const section = this.elf.section('.go.buildinfo')?.data()
      if (section === undefined) return orUndefined(() => this.tables?.buildInfo)
      const { littleEndian } = this.elf.header
      const info = orUndefined(() => parseBuildInfo(section, { littleEndian, readAddress: this.#readAddress }))
      // Where a linker leaves it to the relocations to say what a pointer is, the one in the file leads to other bytes.
      return info && this.isPie && parseGoVersion(info.goVersion) === undefined ? undefined : info
    })
  }

  get goVersion(): GoVersionFound {
    return this.#once('goVersion', () => {
      const linked = () => readLinkedString(this.elf, 'runtime.buildVersion')
      const searched = () => orUndefined(() => this.tables?.goVersion)
      const texts = [() => this.buildInfo?.goVersion, linked, () => this.#compiler(), searched]
      let unparsed: string | undefined
      for (const find of texts) {
        const text = find()
        const version = text === undefined ? undefined : parseGoVersion(text)
        if (version !== undefined) return { text: text!, version }
        unparsed ??= text
      }
      return { text: unparsed ?? 'unknown', version: undefined }
    })
  }

  /** The version in what the compiler noted of itself (DW_AT_producer): `Go cmd/compile go1.13.15; regabi`. */
  #compiler(): string | undefined {
    if (this.debugData !== 'dwarf') return undefined
    return orUndefined(() => {
      for (const unit of this.dwarf.units()) {
        const version = /^Go cmd\/compile (go\S+?)(;|$| )/.exec(unit.producer ?? '')?.[1]
        if (version !== undefined) return version
      }
      return undefined
    })
  }

  /** The minor version: 26 for Go 1.26; undefined when it is not known. */
  get minor(): number | undefined {
    const { version } = this.goVersion
    return version?.major === 1 ? version.minor : undefined
  }

  /**
   * Whether Go built it: it has Go's build information, function table or build id, by the names of sections or symbols. Of a
   * file without section headers all that is loaded is searched, of others not: `tables` does.
   */
  get isGo(): boolean {
    return this.#once('isGo', () => {
      const { elf } = this
      if (elf.section('.go.buildinfo') !== undefined || elf.section('.note.go.buildid') !== undefined) return true
      if (this.#namedPclntab() !== undefined) return true
      return elf.sections.length === 0 && this.tables !== undefined
    })
  }

  /** Whether Go built it, by names or else by a function table that is found by looking at all of it. */
  get isGoProgram(): boolean {
    return this.isGo || this.pclntabPlace !== undefined
  }

  /** Whether UPX packed it: what the process runs was unpacked in memory and is in no file. */
  get isPacked(): boolean {
    return this.#once('isPacked', () => {
      const { source, sections } = this.elf
      const start = source.read(0, Math.min(source.size, PACKED_HEADER))
      return sections.length === 0 && indexOfBytes(start, UPX_MAGIC) >= 0
    })
  }

  /**
   * What is found in the binary by looking at all of it, whatever its sections are called; undefined where there is no
   * function table.
   */
  get tables(): GoTables | undefined {
    return this.#once('tables', () => {
      const { elf } = this
      const find = (relocations?: Iterable<PointerRelocation>) =>
        findGoTables({ regions: elfRegions(elf), relocations, goVersion: this.#statedVersion })
      const tables = find()
      // Some linkers leave pointers to be filled in when the program is loaded.
      return tables !== undefined && this.isPie && tables.moduleData === undefined
        ? find(pointerRelocations(elf))
        : tables
    })
  }

  /** The version that the build information states, from which the shape of other data follows. */
  get #statedVersion(): GoVersion | undefined {
    const text = this.elf.section('.go.buildinfo') === undefined ? undefined : this.buildInfo?.goVersion
    return text === undefined ? undefined : parseGoVersion(text)
  }

  /** The build id that the Go linker wrote. */
  get goBuildId(): string | undefined {
    return this.#once('goBuildId', () => this.elf.goBuildId())
  }

  /** The GNU build id, in hex. */
  get gnuBuildId(): string | undefined {
    return this.#once('gnuBuildId', () => this.elf.buildId())
  }

  get debugData(): DebugData {
    return this.#once('debugData', () => {
      // A program with C parts may have their debug data and none of its own.
      if (orUndefined(() => this.dwarf.units().some((unit) => unit.language === DW_LANG.Go))) return 'dwarf'
      return this.#symbol('runtime.allgs') === undefined ? 'none' : 'symtab'
    })
  }

  get dwarf(): Dwarf {
    return this.#once('dwarf', () => elfDwarf(this.elf))
  }

  /** @throws TargetError UNSUPPORTED_GO_VERSION when it is older than what is known here */
  requireSupportedVersion(): void {
    const { minor, goVersion, path } = this
    if (minor === undefined || minor >= OLDEST_MINOR) return
    throw new TargetError(
      'UNSUPPORTED_GO_VERSION',
      `${path} was built by ${goVersion.text}; the oldest Go whose goroutines can be read is 1.${OLDEST_MINOR}`,
    )
  }

  /**
   * Where the runtime's data lie.
   * @throws TargetError UNSUPPORTED_GO_VERSION, or NO_DEBUG_DATA when the binary has no DWARF that says so
   */
  get layout(): RuntimeLayout {
    return this.#once('layout', () => {
      const { minor, path } = this
      this.requireSupportedVersion()
      if (this.debugData !== 'dwarf') {
        throw new TargetError(
          'NO_DEBUG_DATA',
          `${path} has no debug data (it was stripped, or linked with -s or -w)`,
          'build the same source with the same Go once more without -s and -w, and pass it: --bin FILE',
        )
      }
      try {
        return layoutFromDwarf(this.dwarf, minor)
      } catch (error) {
        if (!(error instanceof LayoutError || error instanceof NameNotFoundError || error instanceof FormatError))
          throw error
        throw new TargetError(
          'NO_DEBUG_DATA',
          `the debug data of ${path} cannot be used: ${error.message}`,
          undefined,
          error,
        )
      }
    })
  }

  /** The function table as it lies in the file; undefined when there is none. */
  get pclntabPlace(): PclnTablePlace | undefined {
    return this.#once('pclntabPlace', () => this.#findPclntab())
  }

  /**
   * The function table, with link-time addresses.
   * @throws TargetError NOT_GO when there is none, MALFORMED when it is none
   */
  get pclntab(): PclnTable {
    return this.#once('pclntab', () => {
      const place = this.pclntabPlace
      if (place === undefined) throw new TargetError('NOT_GO', `${this.path} has no Go function table`)
      return PclnTable.parse(place.source, {
        textStart: this.textStart,
        textSections: this.#module?.textSections,
        goVersion: this.goVersion.version,
        readAddress: this.#readAddress,
        goFunc: (this.#symbol('go:func.*') ?? this.#symbol('go.func.*'))?.address ?? this.#module?.goFunc,
        rodata: this.#module?.rodata,
      })
    })
  }

  readonly #readAddress = (address: number, length: number) => this.elf.readAt(address, length)

  #symbol(name: string) {
    return this.elf.symbols().find(name)
  }

  /** Link-time address of a symbol; undefined where there is none of that name. */
  symbolAddress(name: string): number | undefined {
    const address = this.#symbol(name)?.address
    return address === undefined ? undefined : Number(address)
  }

  /** Link-time address of `runtime.text`, from which the function table counts; `.text` may begin before it (cgo). */
  get textStart(): number {
    return this.#once('textStart', () => {
      const symbol = this.#symbol('runtime.text')?.address
      const address = symbol ?? this.#module?.text.start ?? this.elf.section('.text')?.address ?? 0n
      return Number(address)
    })
  }

  /** What the runtime's own data say of the program, symbols or not; undefined where they are not found in the file. */
  get #module(): ModuleData | undefined {
    return this.#once('module', () => orUndefined(() => this.tables?.moduleData))
  }

  /** Where the linker put variables without pointers, link-time addresses; empty where the runtime's own data are not found. */
  get pointerFreeData(): readonly AddressRange[] {
    return this.#module === undefined ? [] : [this.#module.noPointerData, this.#module.noPointerBss]
  }

  /** Where package variables lie, link-time addresses; where the runtime's own data are not found, all memory that is written to. */
  get data(): readonly AddressRange[] {
    const module = this.#module
    if (module !== undefined) return [module.noPointerData, module.data, module.bss, module.noPointerBss]
    return this.elf
      .segmentsOfType(PT.LOAD)
      .filter(({ flags }) => (flags & PF.W) !== 0)
      .map(({ address, memorySize }) => ({ start: Number(address), end: Number(address) + memorySize }))
  }

  #findPclntab(): PclnTablePlace | undefined {
    const named = this.#namedPclntab()
    if (named !== undefined) return named
    const { elf, tables } = this
    const { pclntabAddress, foundBy, moduleData } = tables ?? {}
    if (pclntabAddress === undefined) return undefined
    const segment = elf.segmentAt(BigInt(pclntabAddress))
    if (segment === undefined) return undefined
    const end = moduleData?.pclntab.end ?? Number(segment.address) + segment.fileSize
    return {
      foundBy: foundBy!,
      address: pclntabAddress,
      source: new LoadedBytes(elf, pclntabAddress, end - pclntabAddress),
    }
  }

  #namedPclntab(): PclnTablePlace | undefined {
    const { elf } = this
    for (const name of PCLNTAB_SECTIONS) {
      const section = elf.section(name)
      const source = section?.dataSource()
      if (section && source) return { foundBy: `section ${name}`, address: Number(section.address), source }
    }
    // An external linker may fold the section into another one.
    const start = this.#symbol('runtime.pclntab')?.address
    const end = this.#symbol('runtime.epclntab')?.address
    if (start === undefined || end === undefined || end <= start) return undefined
    const source = new LoadedBytes(elf, Number(start), Number(end - start))
    return { foundBy: 'symbol runtime.pclntab', address: Number(start), source }
  }
}

function damaged(path: string, error: FormatError): TargetError {
  return new TargetError('MALFORMED', `${path} is damaged: ${error.message}`, undefined, error)
}

/** What a part of the file says, undefined where it is damaged: other parts may say the same. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
