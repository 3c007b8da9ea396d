/**
 * Debug data that were split off a program (`objcopy --only-keep-debug`, packages named -dbgsym): found by build id or by
 * `.gnu_debuglink`, where gdb looks for them, in the file system of the process and in ours.
 */
import { FormatError } from '@gospy/bytes'
import { NameNotFoundError } from '@gospy/dwarf'
import { findDebugFile, type OpenElfFile } from '@gospy/elf/node'
import type { Process } from '@gospy/procmem'
import { elfDwarf } from './elf-dwarf.js'
import type { GoBinary } from './go-binary.js'
import { LayoutError, layoutFromDwarf, type RuntimeLayout } from './runtime-layout.js'

const DEBUG_FOLDER = '/usr/lib/debug'

/** The program's separate debug file, verified to be its own, for the caller to close; undefined where there is none. */
export function separateDebugFile(process: Process, program: GoBinary): OpenElfFile | undefined {
  // By the root folder, a file beside the program is found.
  const directories = [process.rootPath(DEBUG_FOLDER), process.rootPath('/'), DEBUG_FOLDER]
  try {
    return findDebugFile(program.elf, { path: process.executable, directories }).file
  } catch (error) {
    // A damaged note or link leads nowhere; the program itself can still be read.
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** The layout that a debug file describes; undefined where it has none of Go, or none that can be used. */
export function layoutFromFile(file: OpenElfFile, minor: number | undefined): RuntimeLayout | undefined {
  try {
    return layoutFromDwarf(elfDwarf(file), minor)
  } catch (error) {
    if (error instanceof LayoutError || error instanceof NameNotFoundError || error instanceof FormatError)
      return undefined
    throw error
  }
}
