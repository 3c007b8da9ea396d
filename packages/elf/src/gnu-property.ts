/**
 * NT_GNU_PROPERTY_TYPE_0: properties of the code that the linker and the kernel go by (Linux Extensions to gABI 0.2;
 * the processors' own in the AMD64 and AArch64 supplements).
 */
import { Cursor } from '@gospy/bytes'
import { EM } from './constants.js'
import type { Encoding } from './fields.js'
import type { Note } from './notes.js'

/** One property. */
export interface GnuProperty {
  /** pr_type: see GNU_PROPERTY. */
  readonly type: number
  /** pr_data, without padding. A view: do not write to it. */
  readonly data: Uint8Array
  /** The data as a number, where it is one of 4 or 8 bytes (bit masks, mostly); else undefined. */
  readonly value: bigint | undefined
}

/** pr_type. Those of processors mean something only together with e_machine. */
export const GNU_PROPERTY = {
  STACK_SIZE: 1,
  NO_COPY_ON_PROTECTED: 2,
  '1_NEEDED': 0xb0008000,
  X86_COMPAT_ISA_1_USED: 0xc0000000,
  X86_COMPAT_ISA_1_NEEDED: 0xc0000001,
  X86_FEATURE_1_AND: 0xc0000002,
  X86_COMPAT_2_ISA_1_NEEDED: 0xc0008000,
  X86_FEATURE_2_NEEDED: 0xc0008001,
  X86_ISA_1_NEEDED: 0xc0008002,
  X86_COMPAT_2_ISA_1_USED: 0xc0010000,
  X86_FEATURE_2_USED: 0xc0010001,
  X86_ISA_1_USED: 0xc0010002,
  AARCH64_FEATURE_1_AND: 0xc0000000,
} as const

/**
 * The properties in a note of type NT.GNU_PROPERTY_TYPE_0, in order.
 * @throws FormatError when one does not end within the note
 */
export function readGnuProperties(note: Note, encoding: Encoding): GnuProperty[] {
  const { littleEndian, is64 } = encoding
  const cursor = new Cursor(note.description, { littleEndian, section: 'GNU property note' })
  const alignment = is64 ? 8 : 4
  const properties: GnuProperty[] = []
  while (cursor.remaining > 0) {
    const type = cursor.u32()
    const size = cursor.u32()
    const data = cursor.take(size)
    const number = new Cursor(data, { littleEndian })
    const value = size === 4 || size === 8 ? number.uintBig(size) : undefined
    properties.push({ type, data, value })
    const padding = (alignment - (size % alignment)) % alignment
    cursor.skip(Math.min(padding, cursor.remaining))
  }
  return properties
}

const X86_FEATURES_1 = ['IBT', 'SHSTK', 'LAM_U48', 'LAM_U57']
const X86_FEATURES_2 = ['x86', 'x87', 'MMX', 'XMM', 'YMM', 'ZMM', 'FXSR', 'XSAVE', 'XSAVEOPT', 'XSAVEC', 'TMM', 'MASK']
const X86_ISAS = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4']
const SSE_TO_AVX2 = ['SSE', 'SSE2', 'SSE3', 'SSSE3', 'SSE4_1', 'SSE4_2', 'AVX', 'AVX2']
const AVX512 = ['AVX512F', 'AVX512CD', 'AVX512ER', 'AVX512PF', 'AVX512VL', 'AVX512DQ', 'AVX512BW']
/** What binutils before 2.35 and 2.36 meant by "ISA". */
const X86_COMPAT_ISAS = ['i486', '586', '686', ...SSE_TO_AVX2, ...AVX512]
const X86_COMPAT_2_ISAS = [
  ...['CMOV', ...SSE_TO_AVX2, 'FMA', ...AVX512, 'AVX512_4FMAPS', 'AVX512_4VNNIW', 'AVX512_BITALG', 'AVX512_IFMA'],
  ...['AVX512_VBMI', 'AVX512_VBMI2', 'AVX512_VNNI', 'AVX512_BF16'],
]
const AARCH64_FEATURES = ['BTI', 'PAC']

/** A bit mask: what readelf says in front, its bits, and what it says of none. */
type BitMask = readonly [text: string, bits: readonly string[], none: string]

const X86_MASKS: ReadonlyMap<number, BitMask> = new Map([
  [GNU_PROPERTY.X86_FEATURE_1_AND, ['x86 feature', X86_FEATURES_1, '<None>']],
  [GNU_PROPERTY.X86_FEATURE_2_NEEDED, ['x86 feature needed', X86_FEATURES_2, '<None>']],
  [GNU_PROPERTY.X86_FEATURE_2_USED, ['x86 feature used', X86_FEATURES_2, '<None>']],
  [GNU_PROPERTY.X86_ISA_1_NEEDED, ['x86 ISA needed', X86_ISAS, '']],
  [GNU_PROPERTY.X86_ISA_1_USED, ['x86 ISA used', X86_ISAS, '']],
  [GNU_PROPERTY.X86_COMPAT_ISA_1_NEEDED, ['x86 ISA needed', X86_COMPAT_ISAS, '']],
  [GNU_PROPERTY.X86_COMPAT_ISA_1_USED, ['x86 ISA used', X86_COMPAT_ISAS, '']],
  [GNU_PROPERTY.X86_COMPAT_2_ISA_1_NEEDED, ['x86 ISA needed', X86_COMPAT_2_ISAS, '<None>']],
  [GNU_PROPERTY.X86_COMPAT_2_ISA_1_USED, ['x86 ISA used', X86_COMPAT_2_ISAS, '<None>']],
])
const AARCH64_MASKS: ReadonlyMap<number, BitMask> = new Map([
  [GNU_PROPERTY.AARCH64_FEATURE_1_AND, ['AArch64 feature', AARCH64_FEATURES, '']],
])
const GENERIC_MASKS: ReadonlyMap<number, BitMask> = new Map([
  [GNU_PROPERTY['1_NEEDED'], ['1_needed', ['indirect external access'], '']],
])
const X86: readonly number[] = [EM.X86_64, EM[386], 6] // 6: Intel MCU

/** A property as readelf prints it: `x86 feature: IBT, SHSTK`. */
export function describeGnuProperty({ type, data, value }: GnuProperty, machine: number): string {
  const masks = X86.includes(machine) ? X86_MASKS : machine === EM.AARCH64 ? AARCH64_MASKS : undefined
  const mask = masks?.get(type) ?? GENERIC_MASKS.get(type)
  const corrupt = `<corrupt length: 0x${data.length.toString(16)}>`
  if (mask !== undefined) {
    const [text, bits, none] = mask
    return `${text}: ${data.length === 4 && value !== undefined ? bitNames(value, bits, none) : corrupt}`
  }
  if (type === GNU_PROPERTY.STACK_SIZE)
    return `stack size: ${value === undefined ? corrupt : `0x${value.toString(16)}`}`
  if (type === GNU_PROPERTY.NO_COPY_ON_PROTECTED) {
    return `no copy on protected${data.length === 0 ? '' : ` ${corrupt}`}`
  }
  if (type >= 0xb0000000 && type <= 0xb000ffff && data.length === 4 && value !== undefined) {
    const number = value === 0n ? '0' : `0x${value.toString(16)}`
    return `UINT32_${type < 0xb0008000 ? 'AND' : 'OR'} (0x${type.toString(16)}): ${number}`
  }
  const bytes = Array.from(data, (byte) => `${byte.toString(16).padStart(2, '0')} `).join('')
  const owner = type < 0xc0000000 ? 'unknown' : type < 0xe0000000 ? 'processor-specific' : 'application-specific'
  return `<${owner} type 0x${type.toString(16)} data: ${bytes}>`
}

function bitNames(value: bigint, names: readonly string[], none: string): string {
  if (value === 0n) return none
  const found: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    if ((value >> BigInt(bit)) & 1n) found.push(names[bit] ?? `<unknown: ${(2 ** bit).toString(16)}>`)
  }
  return found.join(', ')
}
