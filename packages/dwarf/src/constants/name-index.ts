/** Attributes of entries of .debug_names (DWARF 5, section 7.19, table 7.23; GNU's as GCC and gdb have them). */
export const DW_IDX = {
  compile_unit: 1,
  type_unit: 2,
  die_offset: 3,
  parent: 4,
  type_hash: 5,
  GNU_internal: 0x2000,
  GNU_external: 0x2001,
} as const
