/** Decimal floating-point numbers in the binary encoding (BID) that x86 uses (IEEE 754-2008, section 3.5.2). */
import { toUnsigned } from './bits.js'

interface Layout {
  readonly exponentBits: number
  readonly bias: number
  /** Decimal digits of the greatest significand: a greater one counts as zero. */
  readonly digits: number
}

const LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [4, { exponentBits: 8, bias: 101, digits: 7 }],
  [8, { exponentBits: 10, bias: 398, digits: 16 }],
  [16, { exponentBits: 14, bias: 6176, digits: 34 }],
])

/** The number as the standard's to-scientific-string: `-123.45`, `1E-30`, `Infinity`; undefined for a size that none has. */
export function formatDecimalFloat(bytes: Uint8Array, littleEndian: boolean): string | undefined {
  const layout = LAYOUTS.get(bytes.length)
  if (layout === undefined) return undefined
  const bits = toUnsigned(bytes, littleEndian)
  const total = bytes.length * 8
  const sign = bits >> BigInt(total - 1) === 0n ? '' : '-'
  const at = (from: number, count: number) => Number(BigInt.asUintN(count, bits >> BigInt(total - from - count)))
  if (at(1, 4) === 0xf) return at(5, 1) === 0 ? `${sign}Infinity` : `${sign}NaN`
  // The two bits behind the sign tell whether the exponent starts there, or behind them with the significand's first bits `100`.
  const isLarge = at(1, 2) === 3
  const start = isLarge ? 3 : 1
  const rest = total - start - layout.exponentBits
  const exponent = at(start, layout.exponentBits) - layout.bias
  let significand = BigInt.asUintN(rest, bits)
  if (isLarge) significand |= 8n << BigInt(rest - 1)
  if (significand >= 10n ** BigInt(layout.digits)) significand = 0n
  return sign + scientific(significand.toString(), exponent)
}

function scientific(digits: string, exponent: number): string {
  const adjusted = exponent + digits.length - 1
  if (exponent > 0 || adjusted < -6) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${digits[0]}${tail}E${adjusted < 0 ? '-' : '+'}${Math.abs(adjusted)}`
  }
  if (exponent === 0) return digits
  const padded = digits.padStart(1 - exponent, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
