/** What the libraries say about one file: bytes in, plain tables out. Nothing here knows the page. */
import { FormatError } from '@gospy/bytes'
import { Dwarf, NameNotFoundError } from '@gospy/dwarf'
import { describeMachine, ElfFile } from '@gospy/elf'
import { findBuildInfo, PclnTable, parseSymbolName } from '@gospy/gosym'

export interface Table {
  readonly title: string
  /** Headings; those of columns of numbers end with `#`, which is not shown. */
  readonly heading: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const LARGEST_PACKAGES = 15

export class Binary {
  readonly name: string
  readonly #elf: ElfFile
  readonly #dwarf: Dwarf

  /** @throws FormatError when it is no ELF file */
  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    this.#elf = new ElfFile(bytes)
    const { littleEndian } = this.#elf.header
    this.#dwarf = Dwarf.from((section) => this.#elf.debugSection(section), { littleEndian })
  }

  /** Tables about the file. What is damaged has a table that says so in place of its own. */
  tables(): Table[] {
    const parts: [string, () => Table | undefined][] = [
      ['File', () => this.#file()],
      ['Go packages by size of code', () => this.#packages()],
      ['Sections', () => this.#sections()],
    ]
    return parts.flatMap(([title, make]) => orFault(title, make) ?? [])
  }

  /** The layout of a struct. @throws NameNotFoundError, FormatError */
  layout(type: string): Table {
    const { name, size, fields } = this.#dwarf.struct(type)
    return {
      title: `${name ?? type}, ${size ?? 'unknown'} bytes`,
      heading: ['offset#', 'size#', 'field', 'type'],
      rows: fields.map((field) => [
        String(field.offset),
        String(field.type.size ?? ''),
        field.name ?? '',
        field.type.describe(),
      ]),
    }
  }

  /** Whether there is something to look for; not where it is damaged, which a table says. */
  get hasTypes(): boolean {
    try {
      return this.#dwarf.units().length > 0
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return false
    }
  }

  #file(): Table {
    const { header } = this.#elf
    const info = findBuildInfo(this.#elf.section('.go.buildinfo')?.data() ?? new Uint8Array(0))
    const rows: [string, string | undefined][] = [
      ['Name', this.name],
      ['Machine', describeMachine(header.machine)],
      ['Class', `ELF${header.class}, ${header.littleEndian ? 'little' : 'big'}-endian`],
      ['Build id', this.#elf.buildId()],
      ['Go version', info?.goVersion],
      ['Module', info?.main && `${info.main.path} ${info.main.version}`],
      ['Compile units', String(this.#dwarf.units().length)],
    ]
    return { title: 'File', heading: [], rows: rows.flatMap(([name, value]) => (value ? [[name, value]] : [])) }
  }

  #packages(): Table | undefined {
    const bytes = this.#elf.section('.gopclntab')?.data()
    if (bytes === undefined) return undefined
    const textStart = this.#elf.symbols().find('runtime.text')?.address ?? this.#elf.section('.text')?.address ?? 0n
    const table = PclnTable.parse(bytes, { textStart })
    const sizes = new Map<string, number>()
    for (const func of table.functions()) {
      const { importPath } = parseSymbolName(func.name)
      const name = importPath || '(others)'
      sizes.set(name, (sizes.get(name) ?? 0) + func.end - func.entry)
    }
    const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, LARGEST_PACKAGES)
    return {
      title: `Go packages by size of code (${table.functionCount} functions)`,
      heading: ['package', 'bytes#'],
      rows: largest.map(([name, size]) => [name, String(size)]),
    }
  }

  #sections(): Table {
    return {
      title: 'Sections',
      heading: ['name', 'address', 'size#', 'compressed'],
      rows: this.#elf.sections
        .filter(({ index }) => index > 0)
        .map(({ name, address, size, compression }) => [
          name,
          `0x${address.toString(16)}`,
          String(size),
          compression?.format ?? '',
        ]),
    }
  }
}

function orFault(title: string, make: () => Table | undefined): Table | undefined {
  try {
    return make()
  } catch (error) {
    return { title: `${title}: ${explain(error)}`, heading: [], rows: [] }
  }
}

/** What was wrong with the file or the question. @throws what is a fault of this page */
export function explain(error: unknown): string {
  if (error instanceof FormatError || error instanceof NameNotFoundError) return error.message
  throw error
}
