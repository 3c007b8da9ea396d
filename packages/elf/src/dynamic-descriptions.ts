/** Entries of the dynamic section in the words of GNU readelf (binutils 2.40, wide output). */
import { EM } from './constants.js'
import { DF, DF_1, DT } from './dynamic-constants.js'

const hex = (value: number) => value.toString(16)

/** Names by number of a list of constants. */
const byNumber = (constants: Readonly<Record<string, number>>) =>
  new Map(Object.entries(constants).map(([name, value]) => [value, name]))

const TAGS = byNumber(DT)
TAGS.delete(DT.LOPROC)
// The end of a range to Sun, a tag of its own to readelf.
TAGS.set(0x6ffffe00, 'ADDRRNGLO')

const MIPS_TAGS: readonly (string | undefined)[] = [
  ...[undefined, 'RLD_VERSION', 'TIME_STAMP', 'ICHECKSUM', 'IVERSION', 'FLAGS', 'BASE_ADDRESS', 'MSYM', 'CONFLICT'],
  ...['LIBLIST', 'LOCAL_GOTNO', 'CONFLICTNO', undefined, undefined, undefined, undefined, 'LIBLISTNO', 'SYMTABNO'],
  ...['UNREFEXTNO', 'GOTSYM', 'HIPAGENO', undefined, 'RLD_MAP', 'DELTA_CLASS', 'DELTA_CLASS_NO', 'DELTA_INSTANCE'],
  ...['DELTA_INSTANCE_NO', 'DELTA_RELOC', 'DELTA_RELOC_NO', 'DELTA_SYM', 'DELTA_SYM_NO', undefined, 'DELTA_CLASSSYM'],
  ...['DELTA_CLASSSYM_NO', 'CXX_FLAGS', 'PIXIE_INIT', 'SYMBOL_LIB', 'LOCALPAGE_GOTIDX', 'LOCAL_GOTIDX'],
  ...['HIDDEN_GOTIDX', 'PROTECTED_GOTIDX', 'OPTIONS', 'INTERFACE', 'DYNSTR_ALIGN', 'INTERFACE_SIZE'],
  ...['RLD_TEXT_RESOLVE_ADDR', 'PERF_SUFFIX', 'COMPACT_SIZE', 'GP_VALUE', 'AUX_DYNAMIC', 'PLTGOT', undefined],
  ...['RWPLT', 'RLD_MAP_REL', 'XHASH'],
]

/** For each machine: prefix, and names by d_tag - DT.LOPROC. */
const PROCESSOR_TAGS: ReadonlyMap<number, readonly [prefix: string, names: readonly (string | undefined)[]]> = new Map([
  [EM.MIPS, ['MIPS_', MIPS_TAGS]],
  [EM.PPC, ['PPC_', ['GOT', 'OPT']]],
  [EM.PPC64, ['PPC64_', ['GLINK', 'OPD', 'OPDSZ', 'OPT']]],
  [EM.SPARCV9, ['SPARC_', [undefined, 'REGISTER']]],
  [EM.IA_64, ['IA_64_', ['PLT_RESERVE']]],
  [EM.AARCH64, ['AARCH64_', [undefined, 'BTI_PLT', undefined, 'PAC_PLT', undefined, 'VARIANT_PCS']]],
  [EM.RISCV, ['RISCV_', [undefined, 'VARIANT_CC']]],
  [EM.ALPHA, ['ALPHA_', ['PLTRO']]],
])

/** d_tag, without its prefix DT_; those of the processor range depend on the machine. */
export function describeDynamicTag(tag: number, machine: number): string {
  const known = TAGS.get(tag)
  if (known !== undefined) return known
  const [prefix, names] = PROCESSOR_TAGS.get(machine) ?? ['', []]
  const name = names[tag - DT.LOPROC]
  if (name !== undefined) return prefix + name
  if (tag >= DT.LOPROC && tag <= 0x7fffffff) return `Processor Specific: ${hex(tag)}`
  if (tag >= 0x6000000d && tag <= 0x6ffff000) return `Operating System specific: ${hex(tag)}`
  return `<unknown>: ${hex(tag)}`
}

const FLAGS = byNumber(DF)
const FLAGS_1 = byNumber(DF_1)

/** DT_FLAGS: `BIND_NOW STATIC_TLS`. */
export function describeDynamicFlags(flags: bigint): string {
  return words(flags, FLAGS, () => 'unknown')
}

/** DT_FLAGS_1: `NOW PIE`. */
export function describeDynamicFlags1(flags: bigint): string {
  // Bits without a name together are one number, as readelf prints them.
  const named = BigInt.asUintN(31, flags)
  const rest = flags - named
  return [words(named, FLAGS_1, hex), rest === 0n ? '' : rest.toString(16)].filter((word) => word !== '').join(' ')
}

function words(flags: bigint, names: ReadonlyMap<number, string>, other: (bit: number) => string): string {
  const result: string[] = []
  for (let bit = 1, rest = flags; rest > 0n; bit *= 2, rest >>= 1n) {
    if (rest & 1n) result.push(names.get(bit) ?? other(bit))
  }
  return result.join(' ')
}
