/** The general registers of a stopped thread (NT_PRSTATUS). */
import type { Architecture } from '../arch/architecture.js'
import type { NativeCalls } from '../native/native-calls.js'
import { readRegisterSet } from './register-set.js'
import { NT_PRSTATUS } from './requests.js'

const WORD = 8
const TWO_32 = 0x1_0000_0000

/** Registers of a thread at the moment it was stopped. */
export class Registers {
  /** Program counter: address of the next instruction. */
  readonly pc: number
  /** Stack pointer. */
  readonly sp: number
  /** Frame pointer (rbp, x29), where the code keeps one; else whatever the register holds, NaN if that is above 2^53. */
  readonly fp: number
  readonly #architecture: Architecture
  readonly #view: DataView

  /** @param bytes the register set as the kernel lays it out */
  constructor(architecture: Architecture, bytes: Uint8Array) {
    this.#architecture = architecture
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.pc = this.number(architecture.pc)
    this.sp = this.number(architecture.sp)
    this.fp = this.number(architecture.fp)
  }

  /** The names that `number` and `value` take, as the kernel's header names them: `rax`, `fs_base`; `x0`, `pstate`. */
  get names(): readonly string[] {
    return this.#architecture.registers
  }

  /** A register as an address: NaN, which no address is, for a value above 2^53. */
  number(name: string): number {
    const at = this.#offset(name)
    const high = this.#view.getUint32(at + 4, true)
    return high > 0x1f_ffff ? Number.NaN : high * TWO_32 + this.#view.getUint32(at, true)
  }

  /** A register's 64 bits. */
  value(name: string): bigint {
    return this.#view.getBigUint64(this.#offset(name), true)
  }

  #offset(name: string): number {
    const index = this.#architecture.registers.indexOf(name)
    if (index < 0) throw new RangeError(`no register ${name} on ${this.#architecture.name}: ${this.names.join(', ')}`)
    return index * WORD
  }
}

/**
 * Reads the registers of a thread that we have stopped.
 * @throws ProcessError as `readRegisterSet`
 */
export function readRegisters(calls: NativeCalls, architecture: Architecture, pid: number, tid: number): Registers {
  const size = architecture.registers.length * WORD
  return new Registers(architecture, readRegisterSet(calls, architecture, { pid, tid, type: NT_PRSTATUS, size }))
}
