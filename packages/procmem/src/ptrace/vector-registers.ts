/** The vector registers of a stopped thread, which hold its floating-point numbers (NT_PRFPREG). */
import type { Architecture } from '../arch/architecture.js'
import type { NativeCalls } from '../native/native-calls.js'
import { readRegisterSet } from './register-set.js'
import { NT_PRFPREG } from './requests.js'

/** Bytes of one of them that the kernel tells; what AVX adds to them is in a set of its own. */
const SIZE = 16

/** Vector registers of a thread at the moment it was stopped. */
export class VectorRegisters {
  readonly #architecture: Architecture
  readonly #view: DataView

  /** @param bytes the register set as the kernel lays it out */
  constructor(architecture: Architecture, bytes: Uint8Array) {
    this.#architecture = architecture
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The names that `value` takes: `xmm0` to `xmm15`; `v0` to `v31`. */
  get names(): readonly string[] {
    return this.#architecture.vectors.names
  }

  /** The low 128 bits of a register, the first element of a vector lowest. */
  value(name: string): bigint {
    const index = this.names.indexOf(name)
    if (index < 0)
      throw new RangeError(`no vector register ${name} on ${this.#architecture.name}: ${this.names.join(', ')}`)
    const at = this.#architecture.vectors.offset + index * SIZE
    return (this.#view.getBigUint64(at + 8, true) << 64n) | this.#view.getBigUint64(at, true)
  }
}

/**
 * Reads the vector registers of a thread that we have stopped.
 * @throws ProcessError as `readRegisterSet`
 */
export function readVectorRegisters(
  calls: NativeCalls,
  architecture: Architecture,
  pid: number,
  tid: number,
): VectorRegisters {
  const { size } = architecture.vectors
  return new VectorRegisters(architecture, readRegisterSet(calls, architecture, { pid, tid, type: NT_PRFPREG, size }))
}
