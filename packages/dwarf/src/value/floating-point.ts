/**
 * Binary floating-point numbers of every format that compilers use: IEEE 754 of 2, 4, 8 and 16 bytes, and the x87's of 10
 * bytes (in 12 or 16), whose leading bit is written out. Exact: as sign, significand and exponent.
 */
import { toUnsigned } from './bits.js'
import type { LongDouble } from './value-options.js'

/** Digits that GDB gives a pair of doubles: those of 106 bits. */
const PAIR_DIGITS = 33

/** A number as `sign * significand * 2 ** exponent`. */
export interface FloatingPoint {
  readonly isNegative: boolean
  readonly kind: 'finite' | 'infinite' | 'nan'
  /** Of a NaN, its payload. */
  readonly significand: bigint
  readonly exponent: number
  /** Decimal digits after which no two numbers of this format read the same. */
  readonly digits: number
}

interface Layout {
  /** Bytes that count. */
  readonly bytes: number
  readonly exponentBits: number
  /** Bits of the significand that are written. */
  readonly fractionBits: number
  /** Whether the bit before the point is written, as by the x87. */
  readonly hasLeadingBit: boolean
}

const HALF: Layout = { bytes: 2, exponentBits: 5, fractionBits: 10, hasLeadingBit: false }
const SINGLE: Layout = { bytes: 4, exponentBits: 8, fractionBits: 23, hasLeadingBit: false }
const DOUBLE: Layout = { bytes: 8, exponentBits: 11, fractionBits: 52, hasLeadingBit: false }
const EXTENDED: Layout = { bytes: 10, exponentBits: 15, fractionBits: 64, hasLeadingBit: true }
const QUADRUPLE: Layout = { bytes: 16, exponentBits: 15, fractionBits: 112, hasLeadingBit: false }

/**
 * The number in the bytes; undefined for a size that no format has.
 * @param longDouble what 16 bytes are
 */
export function toFloatingPoint(
  bytes: Uint8Array,
  littleEndian: boolean,
  longDouble: LongDouble,
): FloatingPoint | undefined {
  if (bytes.length === 16 && longDouble === 'double-double') return toPair(bytes, littleEndian)
  const layout = layoutOf(bytes.length, longDouble === 'ieee')
  if (layout === undefined) return undefined
  const used = littleEndian ? bytes.subarray(0, layout.bytes) : bytes.subarray(bytes.length - layout.bytes)
  const bits = toUnsigned(used, littleEndian)
  const { exponentBits, fractionBits, hasLeadingBit } = layout
  const fraction = BigInt.asUintN(fractionBits, bits)
  const biased = Number(BigInt.asUintN(exponentBits, bits >> BigInt(fractionBits)))
  const isNegative = bits >> BigInt(fractionBits + exponentBits) !== 0n
  const precision = hasLeadingBit ? fractionBits : fractionBits + 1
  const digits = 2 + Math.floor((precision * 30_103) / 100_000)
  const greatest = 2 ** exponentBits - 1
  if (biased === greatest) {
    const payload = hasLeadingBit ? BigInt.asUintN(fractionBits - 1, fraction) : fraction
    const kind = payload === 0n ? 'infinite' : 'nan'
    return { isNegative, kind, significand: hasLeadingBit && kind === 'nan' ? fraction : payload, exponent: 0, digits }
  }
  const bias = 2 ** (exponentBits - 1) - 1
  const significand = hasLeadingBit || biased === 0 ? fraction : fraction | (1n << BigInt(fractionBits))
  const exponent = Math.max(biased, 1) - bias - (hasLeadingBit ? fractionBits - 1 : fractionBits)
  return { isNegative, kind: 'finite', significand, exponent, digits }
}

function layoutOf(length: number, isQuadruple: boolean): Layout | undefined {
  switch (length) {
    case 2:
      return HALF
    case 4:
      return SINGLE
    case 8:
      return DOUBLE
    case 10:
    case 12:
      return EXTENDED
    case 16:
      return isQuadruple ? QUADRUPLE : EXTENDED
    default:
      return undefined
  }
}

/** Two doubles whose sum is the number, the greater one first (PowerPC ELF ABI, long double). */
function toPair(bytes: Uint8Array, littleEndian: boolean): FloatingPoint {
  const high = toFloatingPoint(bytes.subarray(0, 8), littleEndian, 'ieee')!
  const low = toFloatingPoint(bytes.subarray(8), littleEndian, 'ieee')!
  if (high.kind !== 'finite' || low.kind !== 'finite' || low.significand === 0n) return { ...high, digits: PAIR_DIGITS }
  const exponent = Math.min(high.exponent, low.exponent)
  const signed = (half: FloatingPoint) =>
    (half.isNegative ? -half.significand : half.significand) << BigInt(half.exponent - exponent)
  const sum = signed(high) + signed(low)
  const isNegative = sum < 0n
  return { isNegative, kind: 'finite', significand: isNegative ? -sum : sum, exponent, digits: PAIR_DIGITS }
}

/** The nearest double. */
export function toDouble(value: FloatingPoint): number {
  const sign = value.isNegative ? -1 : 1
  if (value.kind === 'nan') return Number.NaN
  if (value.kind === 'infinite') return sign * Number.POSITIVE_INFINITY
  let { significand, exponent } = value
  // Down to 64 bits, with what was cut off as one sticky bit: converting then rounds once, to even.
  const excess = significand.toString(2).length - 64
  if (excess > 0) {
    const rest = significand & ((1n << BigInt(excess)) - 1n)
    significand = (significand >> BigInt(excess)) | (rest === 0n ? 0n : 1n)
    exponent += excess
  }
  if (exponent < -1074) {
    // A subnormal double has fewer bits than conversion keeps: they go before it, sticky again.
    const cut = BigInt(Math.min(-1074 - exponent, 4096))
    const whole = significand >> cut
    const rest = significand & ((1n << cut) - 1n)
    const half = 1n << (cut - 1n)
    const up = rest > half || (rest === half && (whole & 1n) === 1n)
    if (whole < 1n << 52n) return sign * Number(whole + (up ? 1n : 0n)) * 2 ** -1074
  }
  // In two steps: neither factor may leave the range of doubles alone.
  const half = Math.trunc(Math.max(-2200, Math.min(2200, exponent)) / 2)
  return sign * Number(significand) * 2 ** half * 2 ** (Math.max(-2200, Math.min(2200, exponent)) - half)
}

/** The number in so many significant digits, as C's `%g` writes it: exact, rounded to even. */
export function formatG(value: FloatingPoint, digits: number = value.digits): string {
  const sign = value.isNegative ? '-' : ''
  if (value.kind === 'infinite') return `${sign}inf`
  if (value.kind === 'nan') return `${sign}nan(0x${value.significand.toString(16)})`
  if (value.significand === 0n) return `${sign}0`
  const { significand, exponent } = value
  let [numerator, denominator] =
    exponent >= 0 ? [significand << BigInt(exponent), 1n] : [significand, 1n << BigInt(-exponent)]
  // Power of ten of the first digit: from the bits, one too small at most.
  let power = Math.floor((significand.toString(2).length - 1 + exponent) * Math.LOG10E * Math.LN2)
  const scale = (by: number) => {
    if (by >= 0) numerator *= 10n ** BigInt(by)
    else denominator *= 10n ** BigInt(-by)
  }
  if (numerator >= denominator * tenTo(power + 1) || (power < -1 && numerator * tenTo(-power - 1) >= denominator))
    power++
  scale(digits - 1 - power)
  let quotient = numerator / denominator
  const rest = (numerator - quotient * denominator) * 2n
  if (rest > denominator || (rest === denominator && (quotient & 1n) === 1n)) quotient++
  let text = quotient.toString()
  if (text.length > digits) {
    text = text.slice(0, digits)
    power++
  }
  if (power < -4 || power >= digits) {
    const tail = text.slice(1).replace(/0+$/, '')
    const marked = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
    return `${sign}${text[0]}${tail === '' ? '' : `.${tail}`}e${marked}`
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${text}`.replace(/0+$/, '')
  const tail = text.slice(power + 1).replace(/0+$/, '')
  return `${sign}${text.slice(0, power + 1)}${tail === '' ? '' : `.${tail}`}`
}

function tenTo(power: number): bigint {
  return power <= 0 ? 1n : 10n ** BigInt(power)
}
