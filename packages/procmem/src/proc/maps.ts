/**
 * The text of /proc/PID/maps (proc_pid_maps(5); fs/proc/task_mmu.c, show_map_vma):
 * `start-end perms offset major:minor inode   path`, a line for each mapping, by rising address.
 */
import { FormatError } from '@gospy/bytes'
import { unescapeNewlines } from './octal-escape.js'

/** A mapping of a process's address space. */
export interface MemoryMap {
  /**
   * Address of the first byte. Always a multiple of the page size, and so exact as a number even for `[vsyscall]`, which
   * lies above 2^63; memory up there is not readable from outside.
   */
  readonly start: number
  /** Address behind the last byte. */
  readonly end: number
  readonly readable: boolean
  readonly writable: boolean
  readonly executable: boolean
  /** Writes are seen by others that map the same (`s`), rather than private copies (`p`). */
  readonly shared: boolean
  /** Where in the file the mapping begins, in bytes. */
  readonly offset: number
  /** The device the file lies on, `major:minor` in hexadecimal as the kernel prints it; `00:00` without a file. */
  readonly device: string
  /** The file's inode number there, exact (overlay file systems use all 64 bits); 0 without a file. */
  readonly inode: bigint
  /**
   * The file's path as the process sees it (in its own root directory), or the kernel's name in brackets: `[heap]`,
   * `[stack]`, `[vdso]`, `[anon:NAME]`; empty for anonymous memory. Without the " (deleted)" mark.
   */
  readonly path: string
  /** The file has been removed or replaced since it was mapped (so are `/memfd:NAME` and `/dev/zero`, which have no name). */
  readonly deleted: boolean
}

const SECTION = '/proc/PID/maps'
const DELETED = ' (deleted)'

// Sticky: each match must begin where the last one ended. Every part is followed by something it can't itself match, so
// there is no backtracking, however hostile the text.
const LINE =
  /([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])([w-])([x-])([ps]) ([0-9a-f]{1,16}) ([0-9a-f]{1,8}:[0-9a-f]{1,8}) ([0-9]{1,20})(?: +([^\n]*))?\n?/y

/**
 * The mappings in the text of a maps file.
 * @throws FormatError for a line that is not one of a maps file; `offset` is the line's, in characters
 */
export function parseMaps(text: string): MemoryMap[] {
  const maps: MemoryMap[] = []
  LINE.lastIndex = 0
  let at = 0
  while (at < text.length) {
    LINE.lastIndex = at
    const match = LINE.exec(text)
    if (match === null) {
      throw new FormatError(`not a mapping: ${excerpt(text, at)}`, { section: SECTION, offset: at })
    }
    const start = Number.parseInt(match[1]!, 16)
    const end = Number.parseInt(match[2]!, 16)
    if (end < start) throw new FormatError('a mapping that ends before it starts', { section: SECTION, offset: at })
    const name = unescapeNewlines(match[10] ?? '')
    const deleted = name.endsWith(DELETED)
    maps.push({
      start,
      end,
      readable: match[3] === 'r',
      writable: match[4] === 'w',
      executable: match[5] === 'x',
      shared: match[6] === 's',
      offset: Number.parseInt(match[7]!, 16),
      device: match[8]!,
      inode: BigInt(match[9]!),
      path: deleted ? name.slice(0, -DELETED.length) : name,
      deleted,
    })
    const next = at + match[0].length
    // Without a path the expression may have stopped short of the line's end.
    if (next < text.length && text.charCodeAt(next - 1) !== 0x0a) {
      throw new FormatError(`not a mapping: ${excerpt(text, at)}`, { section: SECTION, offset: at })
    }
    at = next
  }
  return maps
}

function excerpt(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return JSON.stringify(text.slice(at, Math.min(end < 0 ? text.length : end, at + 100)))
}
