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
  X86_FEATURE_1_AND: 0xc0000002,
  X86_FEATURE_2_NEEDED: 0xc0008001,
  X86_ISA_1_NEEDED: 0xc0008002,
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
const AARCH64_FEATURES = ['BTI', 'PAC']

/** Meaning of a type: what readelf says in front, and its bits. */
type BitMask = readonly [text: string, bits: readonly string[]]

const X86_MASKS: ReadonlyMap<number, BitMask> = new Map([
  [GNU_PROPERTY.X86_FEATURE_1_AND, ['x86 feature', X86_FEATURES_1]],
  [GNU_PROPERTY.X86_FEATURE_2_NEEDED, ['x86 feature needed', X86_FEATURES_2]],
  [GNU_PROPERTY.X86_FEATURE_2_USED, ['x86 feature used', X86_FEATURES_2]],
  [GNU_PROPERTY.X86_ISA_1_NEEDED, ['x86 ISA needed', X86_ISAS]],
  [GNU_PROPERTY.X86_ISA_1_USED, ['x86 ISA used', X86_ISAS]],
])
const AARCH64_MASKS: ReadonlyMap<number, BitMask> = new Map([
  [GNU_PROPERTY.AARCH64_FEATURE_1_AND, ['AArch64 feature', AARCH64_FEATURES]],
])
const X86: readonly number[] = [EM.X86_64, EM[386], 6] // 6: Intel MCU

/** A property as readelf prints it: `x86 feature: IBT, SHSTK`. */
export function describeGnuProperty({ type, data, value }: GnuProperty, machine: number): string {
  const masks = X86.includes(machine) ? X86_MASKS : machine === EM.AARCH64 ? AARCH64_MASKS : undefined
  const mask = masks?.get(type)
  if (mask !== undefined && data.length === 4 && value !== undefined) return `${mask[0]}: ${bitNames(value, mask[1])}`
  if (type === GNU_PROPERTY['1_NEEDED'] && data.length === 4 && value !== undefined) {
    return `1_needed: ${bitNames(value, ['indirect external access'])}`
  }
  if (type === GNU_PROPERTY.STACK_SIZE && value !== undefined) return `stack size: 0x${value.toString(16)}`
  if (type === GNU_PROPERTY.NO_COPY_ON_PROTECTED && data.length === 0) return 'no copy on protected'
  const bytes = Array.from(data, (byte) => `${byte.toString(16).padStart(2, '0')} `).join('')
  const kind =
    type < 0xc0000000 ? 'unknown type' : type < 0xe0000000 ? 'processor-specific type' : 'application-specific type'
  return `<${kind} 0x${type.toString(16)} data: ${bytes}>`
}

function bitNames(value: bigint, names: readonly string[]): string {
  if (value === 0n) return '<None>'
  const found: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    if ((value >> BigInt(bit)) & 1n) found.push(names[bit] ?? `<unknown: ${(2 ** bit).toString(16)}>`)
  }
  return found.join(', ')
}
