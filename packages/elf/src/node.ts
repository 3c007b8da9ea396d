/** What needs Node: opening a path, its native decompression, and looking for separate debug files. */
import { OpenElfFile } from './open-elf-file.js'

export {
  crc32Of,
  type DebugFileCandidate,
  type DebugFileOptions,
  type DebugFileSearch,
  findDebugAltFile,
  findDebugFile,
} from './debug-file.js'
export { nativeDecompressors } from './native-decompressors.js'
export { OpenElfFile }

/**
 * Opens a file by path; only the parts that are asked for are read. Close it, or declare it with `using`.
 * @throws the error of `node:fs` (ENOENT, EACCES, …) when the file cannot be opened, a FormatError when it is not ELF
 */
export function openElf(path: string): OpenElfFile {
  return new OpenElfFile(path)
}
