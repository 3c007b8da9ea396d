/**
 * The notes of core files, as Linux lays them out: include/uapi/linux/elfcore.h (elf_prstatus, elf_prpsinfo),
 * fs/binfmt_elf.c (NT_AUXV, NT_FILE, NT_SIGINFO).
 */
import { Cursor, decodeUtf8 } from '@gospy/bytes'
import { EM } from './constants.js'
import { registerNames } from './core-registers.js'
import type { Encoding } from './fields.js'
import type { Note } from './notes.js'

/** NT_PRSTATUS: one thread at the time of the dump. */
export interface ThreadStatus {
  /** pr_pid: the thread's id. */
  readonly tid: number
  /** pr_ppid: the parent process. */
  readonly parentPid: number
  /** pr_pgrp. */
  readonly processGroup: number
  /** pr_sid. */
  readonly session: number
  /** pr_cursig: the signal that the thread was about to get; 0 for none. */
  readonly signal: number
  /** pr_sigpend: pending signals, one bit each. */
  readonly pendingSignals: bigint
  /** pr_sighold: blocked signals, one bit each. */
  readonly blockedSignals: bigint
  /** pr_utime: processor time spent in the program, in microseconds. */
  readonly userTime: number
  /** pr_stime: processor time spent in the kernel, in microseconds. */
  readonly systemTime: number
  /** pr_reg: the general registers, in the kernel's order. */
  readonly registerWords: readonly bigint[]
  /** The same by name (`rip`, `x0`, …); empty for a processor whose names are not known. */
  readonly registers: ReadonlyMap<string, bigint>
}

/** NT_PRPSINFO: the process. */
export interface ProcessInfo {
  /** pr_pid. */
  readonly pid: number
  /** pr_ppid. */
  readonly parentPid: number
  /** pr_pgrp. */
  readonly processGroup: number
  /** pr_sid. */
  readonly session: number
  /** pr_uid: real user id. */
  readonly uid: number
  /** pr_gid: real group id. */
  readonly gid: number
  /** pr_sname: `R`, `S`, `D`, …, as ps shows it. */
  readonly state: string
  /** pr_nice: -20 to 19. */
  readonly nice: number
  /** pr_flag: PF_ of the kernel. */
  readonly flags: bigint
  /** pr_fname: name of the program, cut to 15 bytes. */
  readonly name: string
  /** pr_psargs: the command line, arguments joined by spaces, cut to 79 bytes. */
  readonly commandLine: string
}

/** NT_SIGINFO: why a thread got its signal. */
export interface SignalInfo {
  /** si_signo. */
  readonly signal: number
  /** si_code: what caused it. */
  readonly code: number
  /** si_errno. */
  readonly errno: number
  /** si_addr: the address at fault, of SIGILL, SIGTRAP, SIGBUS, SIGFPE and SIGSEGV that the processor raised. */
  readonly address: bigint | undefined
  /** si_pid: the process that sent it, of signals sent by kill and the like. */
  readonly senderPid: number | undefined
  /** si_uid: its user. */
  readonly senderUid: number | undefined
}

/** NT_FILE: a part of a file that was mapped. */
export interface FileMapping {
  /** First address. */
  readonly start: bigint
  /** End, exclusive. */
  readonly end: bigint
  /** Where in the file the mapping begins, in bytes. */
  readonly fileOffset: bigint
  /** As the kernel knew it; ` (deleted)` stands behind that of a file that was gone. */
  readonly path: string
}

/** One entry of the auxiliary vector. */
export interface AuxvEntry {
  /** a_type: see AT. */
  readonly type: number
  /** a_val: a number or an address. */
  readonly value: bigint
}

/** Bytes in front of the registers, for 32 and 64 bit. */
const REGISTERS_AT = { 32: 72, 64: 112 }

function open(note: Note, { littleEndian, is64 }: Encoding, section: string) {
  const cursor = new Cursor(note.description, { littleEndian, section })
  return { cursor, wordSize: is64 ? 8 : 4, word: () => cursor.uintBig(is64 ? 8 : 4) }
}

/** @throws FormatError when the note is too short */
export function readThreadStatus(note: Note, encoding: Encoding, machine: number): ThreadStatus {
  const { cursor, word, wordSize } = open(note, encoding, 'NT_PRSTATUS')
  cursor.skip(12) // pr_info, a signal number that pr_cursig has too, and zeroes
  const signal = cursor.i16()
  cursor.skip(2)
  const [pendingSignals, blockedSignals] = [word(), word()]
  const [tid, parentPid, processGroup, session] = [cursor.i32(), cursor.i32(), cursor.i32(), cursor.i32()]
  const [userTime, systemTime] = [timeval(word), timeval(word)]
  cursor.seek(Math.min(REGISTERS_AT[encoding.is64 ? 64 : 32], cursor.end))
  // Behind the registers is pr_fpvalid, an int, padded to a word.
  const count = Math.floor((cursor.remaining - 4) / wordSize)
  if (count < 1) cursor.fail('no registers')
  const registerWords = Array.from({ length: count }, () => word())
  const names = registerNames(machine, encoding.is64)
  const isComplete = names.length <= count
  const registers = new Map(isComplete ? names.map((name, index) => [name, registerWords[index]!]) : [])
  return {
    ...{ tid, parentPid, processGroup, session, signal, pendingSignals, blockedSignals },
    ...{ userTime, systemTime, registerWords, registers },
  }
}

/** A struct timeval in microseconds. */
function timeval(word: () => bigint): number {
  return Number(word()) * 1e6 + Number(word())
}

/** @throws FormatError when the note is too short */
export function readProcessInfo(note: Note, encoding: Encoding): ProcessInfo {
  const { cursor, word } = open(note, encoding, 'NT_PRPSINFO')
  cursor.skip(1)
  const state = String.fromCharCode(cursor.u8())
  cursor.skip(1)
  const nice = cursor.i8()
  if (encoding.is64) cursor.skip(4)
  const flags = word()
  // Old 32-bit ABIs (x86, ARM) have ids of two bytes, which makes the note 4 bytes shorter.
  const isShort = !encoding.is64 && note.description.length < 128
  const [uid, gid] = isShort ? [cursor.u16(), cursor.u16()] : [cursor.u32(), cursor.u32()]
  const [pid, parentPid, processGroup, session] = [cursor.i32(), cursor.i32(), cursor.i32(), cursor.i32()]
  const [name, commandLine] = [text(cursor.take(16)), text(cursor.take(80))]
  // The kernel puts a space behind each argument.
  const trimmed = commandLine.replace(/ +$/, '')
  return { pid, parentPid, processGroup, session, uid, gid, state, nice, flags, name, commandLine: trimmed }
}

function text(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0)
  return decodeUtf8(bytes, 0, nul < 0 ? bytes.length : nul)
}

/** Signals that a processor raises, with the address at fault: SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV. */
const FAULTS: readonly number[] = [4, 5, 7, 8, 11]
/** MIPS has another number for SIGBUS. */
const MIPS_FAULTS: readonly number[] = [4, 5, 10, 8, 11]

/** @throws FormatError when the note is too short */
export function readSignalInfo(note: Note, encoding: Encoding, machine: number): SignalInfo {
  const { cursor, word } = open(note, encoding, 'NT_SIGINFO')
  const signal = cursor.i32()
  let [errno, code] = [cursor.i32(), cursor.i32()]
  if (machine === EM.MIPS) [errno, code] = [code, errno]
  if (encoding.is64) cursor.skip(4)
  const isFault = (machine === EM.MIPS ? MIPS_FAULTS : FAULTS).includes(signal) && code > 0
  // SI_USER 0, SI_QUEUE -1, SI_TKILL -6; the kernel's own (SI_KERNEL 0x80) have no sender.
  const isSent = code === 0 || code === -1 || code === -6
  const address = isFault && code !== 0x80 ? word() : undefined
  const [senderPid, senderUid] = isSent ? [cursor.i32(), cursor.u32()] : []
  return { signal, code, errno, address, senderPid, senderUid }
}

/**
 * The auxiliary vector, without the AT_NULL at its end.
 * @throws FormatError when it ends within an entry, or a type is above 2^53
 */
export function readAuxv(bytes: Uint8Array, { littleEndian, is64 }: Encoding): AuxvEntry[] {
  const cursor = new Cursor(bytes, { littleEndian, section: 'NT_AUXV' })
  const size = is64 ? 8 : 4
  const entries: AuxvEntry[] = []
  while (cursor.remaining > 0) {
    const type = cursor.uint(size)
    const value = cursor.uintBig(size)
    if (type === 0) break
    entries.push({ type, value })
  }
  return entries
}

/**
 * The files that were mapped, in the order of their addresses.
 * @throws FormatError when the note ends before what its header claims
 */
export function readFileMappings(note: Note, encoding: Encoding): FileMapping[] {
  const { cursor, wordSize } = open(note, encoding, 'NT_FILE')
  const count = cursor.uint(wordSize)
  // The unit of file offsets; of the kernel's own notes the size of a page.
  const unit = cursor.uintBig(wordSize)
  if (count > cursor.remaining / (3 * wordSize)) cursor.fail(`${count} files do not fit`, 0)
  const places = new Cursor(cursor.take(count * 3 * wordSize), { littleEndian: encoding.littleEndian })
  const mappings: FileMapping[] = []
  for (let index = 0; index < count; index++) {
    const [start, end, page] = [places.uintBig(wordSize), places.uintBig(wordSize), places.uintBig(wordSize)]
    mappings.push({ start, end, fileOffset: page * unit, path: cursor.cstring() })
  }
  return mappings
}
