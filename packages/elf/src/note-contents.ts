/** What the common notes of programs and libraries say. */
import { Cursor, decodeUtf8, FormatError } from '@gospy/bytes'
import type { Encoding } from './fields.js'
import type { Note } from './notes.js'

/** NT_GNU_ABI_TAG: the oldest kernel that a program runs on (Linux Standard Base, Core Generic, 11.3). */
export interface AbiTag {
  /** 0 Linux, 1 Hurd, 2 Solaris, 3 FreeBSD, 4 NetBSD, 5 Syllable, 6 NaCl. */
  readonly os: number
  /** `Linux`; `Unknown` for a number without a name. */
  readonly osName: string
  /** Oldest version of its kernel: [3, 2, 0]. */
  readonly version: readonly [major: number, minor: number, patch: number]
}

/** A place where SystemTap, bpftrace or gdb can put a probe (NT_STAPSDT; `sys/sdt.h`). */
export interface StapsdtProbe {
  /** Name of the library or program, as its author gave it. */
  readonly provider: string
  /** Name of the probe; several places may have one name. */
  readonly name: string
  /** How to read the arguments: `-4@%edi 8@(%rax)`, sizes and assembler operands. */
  readonly args: string
  /** Address of the probe's instruction, as linked: already corrected if a tool such as prelink moved the code. */
  readonly address: bigint
  /** Address of the probe as the note has it. */
  readonly location: bigint
  /** Address of `.stapsdt.base` when the note was made; 0 if there was none. */
  readonly base: bigint
  /** Address of a counter that whoever watches the probe has to increase; 0 if there is none. */
  readonly semaphore: bigint
}

const OS_NAMES = ['Linux', 'Hurd', 'Solaris', 'FreeBSD', 'NetBSD', 'Syllable', 'NaCl']

/** @throws FormatError when the note is shorter than 16 bytes */
export function readAbiTag(note: Note, { littleEndian }: Encoding): AbiTag {
  const cursor = new Cursor(note.description, { littleEndian, section: 'ABI tag note' })
  const os = cursor.u32()
  return { os, osName: OS_NAMES[os] ?? 'Unknown', version: [cursor.u32(), cursor.u32(), cursor.u32()] }
}

/**
 * @param baseNow address of `.stapsdt.base` in the file, where it has that section
 * @throws FormatError when the note ends within its strings
 */
export function readStapsdtProbe(
  note: Note,
  { littleEndian, is64 }: Encoding,
  baseNow: bigint | undefined,
): StapsdtProbe {
  const cursor = new Cursor(note.description, { littleEndian, section: 'stapsdt note' })
  const wordSize = is64 ? 8 : 4
  const [location, base, stored] = [cursor.uintBig(wordSize), cursor.uintBig(wordSize), cursor.uintBig(wordSize)]
  const moved = baseNow === undefined || base === 0n ? 0n : baseNow - base
  return {
    provider: cursor.cstring(),
    name: cursor.cstring(),
    args: cursor.cstring(),
    address: BigInt.asUintN(is64 ? 64 : 32, location + moved),
    location,
    base,
    semaphore: stored,
  }
}

/**
 * FDO_PACKAGING_METADATA: the package that a file belongs to, as systemd and Fedora write it (systemd.io, "Package
 * Metadata for Executable Files"). Values that are no strings are left as JSON has them.
 * @throws FormatError when it is not a JSON object
 */
export function readPackageMetadata(note: Note): Readonly<Record<string, unknown>> {
  const section = 'package metadata note'
  const nul = note.description.indexOf(0)
  const text = decodeUtf8(note.description, 0, nul < 0 ? note.description.length : nul)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError('not JSON', { section, offset: 0, cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError('not a JSON object', { section, offset: 0 })
  }
  return value as Record<string, unknown>
}
