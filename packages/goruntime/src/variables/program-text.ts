/** A Go binary as code and data, for `ProgramReferences`. */
import type { PclnTable } from '@gospy/gosym'
import type { GoBinary } from '../go-binary.js'
import type { ProgramText } from './program-references.js'
import type { AddressSpan } from './variables-in-memory.js'

/**
 * @param table the program's function table, if it is not the one in the file
 * @param shift what its addresses are above link-time ones
 */
export function programText(
  binary: GoBinary,
  table: PclnTable = binary.pclntab,
  shift = 0,
): ProgramText & { readonly data: readonly AddressSpan[] } {
  const { elf, data, pointerFreeData } = binary
  const isIn = (ranges: readonly AddressSpan[], address: number) =>
    ranges.some(({ start, end }) => address >= start && address < end)
  return {
    arch: binary.arch,
    *functions(names) {
      for (const { name, entry, end } of table.findFunctions(names)) {
        yield { name, start: entry - shift, end: end - shift }
      }
    },
    readCode: (address, length) => elf.readAt(address, length),
    isData: (address) => isIn(data, address),
    isPointerFree: (address) => isIn(pointerFreeData, address),
    data,
  }
}
