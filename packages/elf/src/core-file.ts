/** What a core file says about the process that it was: threads with registers, files, memory. */
import { FormatError } from '@gospy/bytes'
import { ET, NT } from './constants.js'
import { CoreMemory } from './core-memory.js'
import {
  type AuxvEntry,
  type FileMapping,
  type ProcessInfo,
  readAuxv,
  readFileMappings,
  readProcessInfo,
  readSignalInfo,
  readThreadStatus,
  type SignalInfo,
  type ThreadStatus,
} from './core-notes.js'
import { specialRegisters } from './core-registers.js'
import type { ElfFile } from './elf-file.js'
import type { Encoding } from './fields.js'
import { once } from './memo.js'
import type { Note } from './notes.js'

/** A thread of a core file. */
export interface CoreThread extends ThreadStatus {
  /** The program counter; undefined for a processor whose registers have no names here. */
  readonly pc: bigint | undefined
  /** The stack pointer; likewise. */
  readonly sp: bigint | undefined
  /** Why the thread got its signal, where the file says so. */
  readonly signalInfo: SignalInfo | undefined
  /** All notes of the thread, floating point registers and others included. */
  readonly notes: readonly Note[]
}

/** Opening decodes nothing; each part is decoded when first asked for, and remembered. */
export class CoreFile {
  /** The file itself: segments, notes, and `readAt` for addresses above 2^53. */
  readonly elf: ElfFile
  readonly #encoding: Encoding
  readonly #threads: () => readonly CoreThread[]
  readonly #mappings: () => readonly FileMapping[]
  readonly #memory: () => CoreMemory

  /** @throws FormatError when the file is not a core file (ET.CORE) */
  constructor(elf: ElfFile) {
    if (elf.header.type !== ET.CORE) throw new FormatError('not a core file', { section: 'ELF header', offset: 16 })
    this.elf = elf
    this.#encoding = { is64: elf.header.class === 64, littleEndian: elf.header.littleEndian }
    this.#threads = once(() => this.#readThreads())
    this.#mappings = once(() => {
      const note = this.#find(NT.FILE)
      return note === undefined ? [] : readFileMappings(note, this.#encoding)
    })
    this.#memory = once(() => new CoreMemory(elf.source, elf.segments))
  }

  /**
   * The threads, in the order of the file: Linux begins with the one that died.
   * @throws FormatError when a note cannot be read
   */
  get threads(): readonly CoreThread[] {
    return this.#threads()
  }

  /** NT_PRPSINFO: ids, name and command line of the process. @throws FormatError when it cannot be read */
  get process(): ProcessInfo | undefined {
    const note = this.#find(NT.PRPSINFO)
    return note && readProcessInfo(note, this.#encoding)
  }

  /** NT_SIGINFO: the signal that ended the process. @throws FormatError when it cannot be read */
  get signalInfo(): SignalInfo | undefined {
    const note = this.#find(NT.SIGINFO)
    return note && readSignalInfo(note, this.#encoding, this.elf.header.machine)
  }

  /** NT_AUXV: what the kernel told the program at its start. @throws FormatError when it cannot be read */
  get auxv(): readonly AuxvEntry[] {
    const note = this.#find(NT.AUXV)
    return note === undefined ? [] : readAuxv(note.description, this.#encoding)
  }

  /** NT_FILE: the files that were mapped, by address. @throws FormatError when it cannot be read */
  get mappings(): readonly FileMapping[] {
    return this.#mappings()
  }

  /**
   * The mapped file that an address belongs to: where to look for code and constants, which core files mostly leave out.
   * @throws FormatError as `mappings`
   */
  fileAt(address: bigint): FileMapping | undefined {
    return this.mappings.find(({ start, end }) => address >= start && address < end)
  }

  /**
   * The memory that was dumped. For addresses above 2^53 (vsyscall) use `ElfFile.readAt`.
   * @throws FormatError when the program headers cannot be read
   */
  get memory(): CoreMemory {
    return this.#memory()
  }

  #find(type: number): Note | undefined {
    for (const note of this.elf.iterateNotes({ sections: false })) if (isCore(note) && note.type === type) return note
    return undefined
  }

  #readThreads(): CoreThread[] {
    const { machine } = this.elf.header
    const groups: Note[][] = []
    for (const note of this.elf.iterateNotes({ sections: false })) {
      // A thread begins with its NT_PRSTATUS; what describes the whole process stands in between.
      if (isCore(note) && note.type === NT.PRSTATUS) groups.push([])
      if (!isCore(note) || !OF_PROCESS.includes(note.type)) groups.at(-1)?.push(note)
    }
    return groups.map((notes) => {
      const status = readThreadStatus(notes[0]!, this.#encoding, machine)
      const special = specialRegisters(machine)
      const signal = notes.find((note) => isCore(note) && note.type === NT.SIGINFO)
      return {
        ...status,
        pc: special && status.registers.get(special[0]),
        sp: special && status.registers.get(special[1]),
        signalInfo: signal && readSignalInfo(signal, this.#encoding, machine),
        notes,
      }
    })
  }
}

/** Notes of the whole process, which follow the first thread's status. */
const OF_PROCESS: readonly number[] = [NT.PRPSINFO, NT.AUXV, NT.FILE, NT.TASKSTRUCT]

function isCore(note: Note): boolean {
  return note.name === 'CORE'
}
