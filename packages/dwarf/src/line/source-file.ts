/** Files and directories of a line number program: their names are decoded, and joined, when asked for. */
import type { Sections } from '../sections.js'

/** Where a string lies that a file or directory entry names. */
export interface StringPlace {
  readonly section: string
  readonly offset: number
}

/** What a file entry holds, still undecoded. */
export interface SourceFileEntry {
  readonly name: StringPlace | undefined
  readonly directoryIndex: number
  readonly modificationTime: number | bigint
  readonly length: number | bigint
  readonly md5: Uint8Array | undefined
  readonly source: StringPlace | undefined
}

/** What the files of one line number program have in common. */
export interface SourceFileContext {
  readonly sections: Sections
  /** The directory of that index, joined with the one of the compilation where it is relative. */
  directoryPath(index: number): string | undefined
}

/** A source file as a line number program knows it (DWARF 5, section 6.2.4.1; DWARF 4, section 6.2.4, item 12). */
export class SourceFile {
  /** Number by which rows, and DW_AT_decl_file and DW_AT_call_file, refer to the file: from 1, in version 5 from 0. */
  readonly index: number
  /** Index of its directory among those of the line table. */
  readonly directoryIndex: number
  /** Time of last modification, in what the producer counts (mostly seconds since 1970); 0 where it does not say. */
  readonly modificationTime: number | bigint
  /** Length of the file in bytes; 0 where the producer does not say. */
  readonly length: number | bigint
  /** MD5 of its contents, 16 bytes; undefined where the producer does not say. */
  readonly md5: Uint8Array | undefined
  readonly #context: SourceFileContext
  readonly #entry: SourceFileEntry
  #name: string | undefined
  #path: string | undefined

  /** @internal */
  constructor(index: number, entry: SourceFileEntry, context: SourceFileContext) {
    this.index = index
    this.directoryIndex = entry.directoryIndex
    this.modificationTime = entry.modificationTime
    this.length = entry.length
    this.md5 = entry.md5
    this.#entry = entry
    this.#context = context
  }

  /**
   * The name as the table has it: mostly without a directory, but it may be relative or absolute. Empty where there is none.
   * @throws FormatError when it lies outside of its section
   */
  get name(): string {
    this.#name ??= this.#text(this.#entry.name) ?? ''
    return this.#name
  }

  /**
   * The whole path: the compilation's directory, the file's directory and its name, joined as far as each is relative.
   * Nothing is normalized: `..` stays as the compiler wrote it.
   * @throws FormatError when one of the strings lies outside of its section
   */
  get path(): string {
    this.#path ??= joinPath(this.#context.directoryPath(this.directoryIndex), this.name)
    return this.#path
  }

  /**
   * The text of the file where the producer put it in (DW_LNCT_LLVM_source, `clang -gembed-source`), else undefined.
   * @throws FormatError when it lies outside of its section
   */
  get source(): string | undefined {
    return this.#text(this.#entry.source)
  }

  #text(place: StringPlace | undefined): string | undefined {
    return place && this.#context.sections.string(place.section, place.offset)
  }

  toString(): string {
    return this.path
  }
}

/** Windows has drives, too: `C:\` and `\\server`. */
const ABSOLUTE = /^(?:[/\\]|[A-Za-z]:[/\\])/

/** `path`, as seen from `directory` if it is relative. */
export function joinPath(directory: string | undefined, path: string): string {
  if (directory === undefined || directory === '' || ABSOLUTE.test(path)) return path
  if (path === '') return directory
  const separator = directory.includes('\\') && !directory.includes('/') ? '\\' : '/'
  return /[/\\]$/.test(directory) ? directory + path : directory + separator + path
}
