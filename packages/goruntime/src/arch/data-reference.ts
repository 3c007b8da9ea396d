/** What code refers to in the program's data: package variables, found in instructions where no symbol names them. */
import { amd64References } from './amd64-references.js'
import { arm64References } from './arm64-references.js'

/** One instruction's reference to a fixed address. */
export interface DataReference {
  /** Address of the instruction; of several that make the address up together, the last. */
  readonly pc: number
  /** The address that it refers to. */
  readonly target: number
  /** Whether it reads or writes what is there (`memory`), or only takes the address (`address`). */
  readonly kind: 'memory' | 'address'
}

/**
 * All references to fixed addresses in a function's code, in the order of the instructions: to data, constants and other
 * functions alike. Direct calls and jumps are not among them.
 * @param arch as Go names it: amd64 or arm64
 * @param code the function's bytes
 * @param pc address of the first byte
 * @throws RangeError for another architecture
 */
export function dataReferences(arch: string, code: Uint8Array, pc: number): DataReference[] {
  if (arch === 'amd64') return amd64References(code, pc)
  if (arch === 'arm64') return arm64References(code, pc)
  throw new RangeError(`instructions of ${arch} are not decoded`)
}
