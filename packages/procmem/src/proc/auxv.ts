/**
 * /proc/PID/auxv: what the kernel told the process about itself at its start, as pairs of words (getauxval(3); the
 * numbers are those of <linux/auxvec.h> and <asm/auxvec.h>, the same on amd64 and arm64).
 */
import { FormatError } from '@gospy/bytes'

/** Types of auxiliary vector entries, by the names of the kernel's elf.h and auxvec.h. */
export const AT = {
  /** Address of the program headers in memory. */
  AT_PHDR: 3,
  /** Size of one program header, in bytes. */
  AT_PHENT: 4,
  /** How many program headers. */
  AT_PHNUM: 5,
  /** Page size, in bytes. */
  AT_PAGESZ: 6,
  /** Load address of the dynamic linker; 0 in a static program. */
  AT_BASE: 7,
  AT_FLAGS: 8,
  /** Address of the program's entry point: where it was loaded to, with the ELF header's `e_entry`. */
  AT_ENTRY: 9,
  AT_UID: 11,
  AT_EUID: 12,
  AT_GID: 13,
  AT_EGID: 14,
  /** Address of a string that names the CPU. */
  AT_PLATFORM: 15,
  AT_HWCAP: 16,
  AT_CLKTCK: 17,
  AT_SECURE: 23,
  AT_BASE_PLATFORM: 24,
  /** Address of 16 random bytes. */
  AT_RANDOM: 25,
  AT_HWCAP2: 26,
  AT_RSEQ_FEATURE_SIZE: 27,
  AT_RSEQ_ALIGN: 28,
  AT_HWCAP3: 29,
  AT_HWCAP4: 30,
  /** Address of the path the program was started by. */
  AT_EXECFN: 31,
  /** Address of the vDSO's ELF header. */
  AT_SYSINFO_EHDR: 33,
  AT_MINSIGSTKSZ: 51,
} as const

export type AuxiliaryVectorName = keyof typeof AT

/**
 * The auxiliary vector by name. A value above 2^53 (some CPUs' capability bits) is NaN: visibly no number rather than a
 * rounded one. Entries that have no name here are left out.
 */
export type AuxiliaryVector = Readonly<Partial<Record<AuxiliaryVectorName, number>>>

const NAME_OF: ReadonlyMap<number, AuxiliaryVectorName> = new Map(
  Object.entries(AT).map(([name, number]) => [number, name as AuxiliaryVectorName]),
)
const SECTION = '/proc/PID/auxv'
const AT_NULL = 0

/**
 * Decodes an auxiliary vector of 64-bit or, where the entries can only be that, of 32-bit words.
 * @throws FormatError when the bytes are neither
 */
export function parseAuxv(bytes: Uint8Array): AuxiliaryVector {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // In 32-bit pairs read as 64-bit words, the first "type" has the first value in its upper half.
  const wordSize = bytes.length >= 8 && view.getUint32(4, true) !== 0 ? 4 : 8
  const vector: Partial<Record<AuxiliaryVectorName, number>> = {}
  let at = 0
  for (; at + 2 * wordSize <= bytes.length; at += 2 * wordSize) {
    const type = word(view, at, wordSize)
    if (type === AT_NULL) return vector
    const name = NAME_OF.get(type)
    if (name !== undefined) vector[name] = word(view, at + wordSize, wordSize)
  }
  // A kernel thread's is empty.
  if (bytes.length === 0) return vector
  throw new FormatError('no AT_NULL entry at the end', { section: SECTION, offset: at })
}

function word(view: DataView, at: number, size: 4 | 8): number {
  const low = view.getUint32(at, true)
  if (size === 4) return low
  const high = view.getUint32(at + 4, true)
  return high > 0x1f_ffff ? Number.NaN : high * 0x1_0000_0000 + low
}
