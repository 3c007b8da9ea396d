/**
 * The Go version of a binary without build info: the variable `runtime.buildVersion`, a string among the program's data.
 * Since Go 1.13 the linker writes its text, with a zero byte behind it as no string of the source has (cmd/link/internal/ld/data.go,
 * addstrdata); before, it is a string of package runtime like any other.
 */
import { decodeLatin1 } from '@gospy/bytes'
import { parseGoVersion } from './go-version.js'
import type { AddressRange, ModuleData } from './module-data.js'
import { readWord, type TargetFormat } from './module-fields.js'
import { FORMAT_MINORS } from './moduledata-versions.js'
import type { ReadAddress } from './pclntab-data.js'
import type { PclntabHeader } from './pclntab-header.js'

/** Versions are not longer: `devel go1.25-5e8d1f2a3b Tue Mar 4 12:00:00 2025 +0000 X:a,b,c`. */
const MAX_LENGTH = 256
const MIN_LENGTH = 'go1.5'.length

/** A whole string that is a version: what looks like one within a longer text does not count. */
const VERSION = /^(?:go\d+(?:\.\d+){0,2}(?:(?:beta|rc)\d+)?(?:[ -].*)?|devel .*)$/

/**
 * The version that the program says it was built with; undefined where there is none, or several that differ.
 * @param read reads the binary by address
 */
export function findBuildVersion(module: ModuleData, header: PclntabHeader, read: ReadAddress): string | undefined {
  const [oldest, newest] = FORMAT_MINORS[header.version]
  const written = new Set<string>()
  const others = new Set<string>()
  for (const range of [module.data, module.noPointerData]) {
    for (const { text, isWritten } of stringsIn(range, header, read)) {
      const minor = parseGoVersion(text)?.minor
      // Another version than one that writes such a table is something that the program knows, not what made it.
      const isPlausible = minor !== undefined && minor >= oldest && minor <= newest
      if (isPlausible || text.startsWith('devel ')) (isWritten ? written : others).add(text)
    }
  }
  const found = written.size > 0 ? written : others
  return found.size === 1 ? [...found][0] : undefined
}

/** Strings in a range of data that look like a version; `isWritten` are those with a zero byte behind them. */
function* stringsIn(
  { start, end }: AddressRange,
  format: TargetFormat,
  read: ReadAddress,
): Generator<{ text: string; isWritten: boolean }> {
  const bytes = read(start, end - start)
  if (bytes === undefined) return
  const { pointerSize } = format
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 2 * pointerSize <= bytes.length; at += pointerSize) {
    const length = readWord(view, at + pointerSize, format)
    if (length < MIN_LENGTH || length > MAX_LENGTH) continue
    const text = read(readWord(view, at, format), length + 1)
    // 'g' or 'd': most are ruled out by this.
    if (text === undefined || (text[0] !== 0x67 && text[0] !== 0x64)) continue
    const version = decodeLatin1(text, 0, length)
    if (VERSION.test(version)) yield { text: version, isWritten: text[length] === 0 }
  }
}
