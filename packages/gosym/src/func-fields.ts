/**
 * Offsets of the fields of `_func` that never moved, counted from the end of its first field, the entry. The others are in
 * `pclntab-versions.ts`. Sources: runtime/runtime2.go (`_func`), runtime/runtime.h in Go 1.2 to 1.4 (`Func`).
 */
export const NAME_OFF = 0
export const ARGS = 4
/** Since Go 1.12; other things before. */
export const DEFER_RETURN = 8
export const PCSP = 12
export const PCFILE = 16
export const PCLN = 20
export const NPCDATA = 24

/** cuOffset of functions that no compilation unit has. */
export const NO_UNIT = 0xffff_ffff

/** `_func.flag` bits (internal/abi/symtab.go). */
export const FuncFlag = {
  /** Stacks end here: `runtime.goexit`, `runtime.mstart`, … */
  TopFrame: 1,
  /** Writes the stack pointer in a way that pcsp cannot describe: unwinding past it is not safe. */
  SPWrite: 2,
  /** Written in assembly (Go 1.18 and newer). */
  Asm: 4,
} as const
