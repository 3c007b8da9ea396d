/** An ELF file opened by its path. */
import { FileSource } from '@gospy/bytes/node'
import { ElfFile } from './elf-file.js'
import { nativeDecompressors } from './native-decompressors.js'

/** An ELF file that holds a file descriptor. */
export class OpenElfFile extends ElfFile {
  /** The path it was opened by. */
  readonly path: string
  readonly #file: FileSource

  /** @throws the error of `node:fs` when the file cannot be opened, a FormatError when it is not an ELF file */
  constructor(path: string) {
    const file = new FileSource(path)
    try {
      super(file, nativeDecompressors)
    } catch (error) {
      file.close()
      throw error
    }
    this.path = path
    this.#file = file
  }

  /**
   * Releases the file descriptor; calling it again does nothing. What was read before stays readable, reading more
   * throws an Error.
   */
  close(): void {
    this.#file.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
