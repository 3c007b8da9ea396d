/**
 * A process of an arm64 program on a machine of another architecture: qemu-user runs it, translating its code and handing its
 * system calls to the kernel. It keeps the program's memory in its own, byte by byte at the same addresses, and gives each
 * thread of the program one of its own: read from outside, only the executable is not the right one.
 */
import { spawnSync } from 'node:child_process'
import { FileSource } from '@gospy/bytes/node'
import { ElfFile, PT } from '@gospy/elf'
import { type AuxiliaryVector, openProcess, type Process } from '@gospy/procmem'

/** `-B 0`: an address of the program is that address of qemu's process. */
export const QEMU: readonly string[] = ['qemu-aarch64', '-B', '0']

export const hasQemu = spawnSync(QEMU[0]!, ['--version']).status === 0

/**
 * The program that qemu runs, as if this machine did.
 * @param pid of qemu
 * @param program path of the program
 * @throws Error when qemu does not have the program in its memory
 */
export function openEmulated(pid: number, program: string): Process {
  const host = openProcess(pid)
  // What the kernel says of the process is true of qemu.
  const guest = {
    executable: program,
    openExecutable: () => new FileSource(program),
    auxv: () => guestAuxv(host, program),
  }
  return new Proxy(host, {
    get(target, key) {
      if (Object.hasOwn(guest, key)) return guest[key as keyof typeof guest]
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** What qemu, as the program's kernel, tells it of its entry point: from where in its memory the file begins. */
function guestAuxv(host: Process, program: string): AuxiliaryVector {
  using file = new FileSource(program)
  const elf = new ElfFile(file)
  const first = elf.segments.find(({ type }) => type === PT.LOAD)
  const loaded = host.maps().find(({ path, offset }) => path === program && offset === 0)
  if (first === undefined || loaded === undefined) throw new Error(`process ${host.pid} does not run ${program}`)
  return { AT_ENTRY: Number(elf.header.entry - first.address) + first.offset + loaded.start }
}
