/**
 * A process of an arm64 program on a machine of another architecture: qemu-user runs it, translating its code and handing its
 * system calls to the kernel. The program's memory is qemu's own, byte by byte at the same addresses, and each of its threads
 * is one of qemu's: seen from outside, only the executable and the registers are not the program's.
 */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { FileSource } from '@gospy/bytes/node'
import { ElfFile, ET, PT } from '@gospy/elf'
import { type AuxiliaryVector, openProcess, type Pause, type Process, type Registers } from '@gospy/procmem'

/** Where Debian keeps the C library of arm64 (package libc6-arm64-cross), for programs that are linked with it. */
export const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu'

/** How to start an arm64 program. */
export const QEMU: readonly string[] = ['qemu-aarch64', '-L', ARM64_LIBRARIES]

export const hasQemu = spawnSync(QEMU[0]!, ['--version']).status === 0

/** Where a thread of the program stands. */
export interface StoppedThread {
  /** Number of the thread on this machine. */
  readonly thread: number
  readonly pc: number
  readonly sp: number
  readonly lr: number
}

/**
 * The program that qemu runs, as if this machine did.
 * @param pid of qemu
 * @param program path of the program
 * @param stopped the threads that have registers to read while it is paused; the others do not seem to be threads of its
 * @throws ProcessError as `openProcess`
 */
export function openEmulated(
  pid: number,
  program: string,
  stopped: () => readonly StoppedThread[] = () => [],
): Process {
  const host = openProcess(pid)
  return inPlaceOf(host, {
    // All that the kernel says of these is true of qemu.
    executable: program,
    openExecutable: () => new FileSource(program),
    auxv: () => guestAuxv(host, program),
    pause: (options) => {
      const pause = host.pause(options)
      return inPlaceOf<Pause>(pause, {
        threads: stopped().map(({ thread }) => thread),
        registers: (tid) => {
          const { pc, sp, lr } = stopped().find(({ thread }) => thread === tid)!
          const number = (name: string) => ({ pc, sp, x30: lr })[name] ?? Number.NaN
          return inPlaceOf<Registers>(pause.registers(tid), { pc, sp, names: ['x30', 'sp', 'pc'], number })
        },
      })
    },
  })
}

/** The object, with some members replaced. */
function inPlaceOf<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get(target, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof T]
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/**
 * What qemu, as the program's kernel, tells it of its entry point: that follows from where the file lies in memory.
 * @throws Error when qemu does not have the program in memory, or at other addresses than the program's own
 */
function guestAuxv(host: Process, program: string): AuxiliaryVector {
  using source = new FileSource(program)
  const elf = new ElfFile(source)
  const first = elf.segments.find(({ type }) => type === PT.LOAD)
  const file = realpathSync(program)
  const loaded = host.maps().find(({ path, offset }) => path === file && offset === 0)
  if (first === undefined || loaded === undefined) throw new Error(`process ${host.pid} does not run ${program}`)
  const bias = loaded.start + first.offset - Number(first.address)
  if (elf.header.type === ET.EXEC && bias !== 0) {
    throw new Error(`qemu keeps address 0 of ${program} at 0x${bias.toString(16)}`)
  }
  return { AT_ENTRY: Number(elf.header.entry) + bias }
}
