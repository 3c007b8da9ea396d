/** Where the fields of a symbol lie (gABI chapter 4, "Symbol Table"). */

/** Byte offsets of the fields of Elf32_Sym. */
export const SYM32 = { entry: 16, name: 0, value: 4, size: 8, info: 12, other: 13, section: 14 }
/** Byte offsets of the fields of Elf64_Sym. */
export const SYM64 = { entry: 24, name: 0, info: 4, other: 5, section: 6, value: 8, size: 16 }

export type SymbolLayout = typeof SYM32

/** Bytes of one symbol. */
export function symbolSize(is64: boolean): number {
  return is64 ? SYM64.entry : SYM32.entry
}
