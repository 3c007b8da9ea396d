/**
 * Filling in the debug sections of relocatable files, as a linker would that places every section at address 0: what a
 * decoder of debug data needs to read a `.o` file.
 */
import { FormatError } from '@gospy/bytes'
import { EM, SHN } from './constants.js'
import type { Encoding } from './fields.js'
import type { RelocationTable } from './relocation.js'
import { describeRelocationType } from './relocation-names.js'
import { type RelocationRule, relocationRule } from './relocation-rules.js'
import type { SymbolTable } from './symbol-table.js'

const TWO_32 = 0x1_0000_0000

/**
 * A copy of a section's contents with its relocations applied. Symbols that the file does not define count as 0.
 * @param data the contents, decompressed
 * @param label the section's name, for errors
 * @throws FormatError for a relocation outside the section, of a symbol that is not there, or of a type that is not for
 * debug data
 */
export function relocate(
  data: Uint8Array,
  tables: readonly RelocationTable[],
  options: { encoding: Encoding; machine: number; label: string },
): Uint8Array {
  const { encoding, machine, label } = options
  const result = data.slice()
  const view = new DataView(result.buffer)
  const { littleEndian } = encoding
  const symbolWords = new SymbolWords()
  for (const table of tables) {
    for (let index = 0; index < table.length; index++) {
      const rule = ruleOf(table, index, machine)
      if (rule.operation === 'none') continue
      const offset = table.offsetNumberOf(index)
      if (offset + Math.max(rule.width, 1) > result.length) {
        throw new FormatError(`${table.label} has a relocation here; the section has ${result.length} bytes`, {
          section: label,
          offset,
        })
      }
      const place = new Place(view, offset, rule, littleEndian, label)
      // S + A, as two words of 32 bits: no bigint for a million relocations.
      const isSum = rule.operation === 'add' || rule.operation === 'subtract'
      const [addendLow, addendHigh] = table.hasAddends || isSum ? table.addendWordsOf(index) : place.words()
      const [symbolLow, symbolHigh] = symbolWords.of(table, index)
      let low = symbolLow + addendLow
      let high = symbolHigh + addendHigh
      if (rule.operation === 'relative') low -= offset
      low += rule.bias ?? 0
      high += Math.floor(low / TWO_32)
      low >>>= 0
      if (isSum) {
        const [oldLow, oldHigh] = place.words()
        const sign = rule.operation === 'add' ? 1 : -1
        const sum = oldLow + sign * low
        high = oldHigh + sign * high + Math.floor(sum / TWO_32)
        low = sum >>> 0
      }
      place.write(low, high >>> 0)
    }
  }
  return result
}

function ruleOf(table: RelocationTable, index: number, machine: number): RelocationRule {
  const type = table.typeOf(index)
  const rule = relocationRule(machine, type)
  // Of 64-bit MIPS the second and third type would take the result further; none is in debug data.
  if (rule !== undefined && (machine !== EM.MIPS || type <= 0xff)) return rule
  return table.fail(`relocation of type ${describeRelocationType(type, machine)} (${type}) in debug data`, index)
}

/** The values of symbols, remembered: in debug data most relocations in a row refer to one of a few symbols. */
class SymbolWords {
  #table: SymbolTable | undefined
  #index = -1
  #words: readonly [low: number, high: number] = [0, 0]

  of(relocations: RelocationTable, index: number): readonly [low: number, high: number] {
    const symbolIndex = relocations.symbolIndexOf(index)
    if (symbolIndex === 0) return [0, 0]
    const { symbols } = relocations
    if (symbols === this.#table && symbolIndex === this.#index) return this.#words
    const symbol = relocations.symbolOf(index)
    const section = symbol?.rawSectionIndex
    const isDefined = section !== undefined && section !== SHN.UNDEF && section !== SHN.COMMON
    const value = isDefined ? symbol!.address : 0n
    this.#table = symbols
    this.#index = symbolIndex
    this.#words = [Number(value & 0xffff_ffffn), Number(value >> 32n)]
    return this.#words
  }
}

/** The bytes that one relocation fills in. */
class Place {
  readonly #view: DataView
  readonly #offset: number
  readonly #rule: RelocationRule
  readonly #littleEndian: boolean
  readonly #label: string

  constructor(view: DataView, offset: number, rule: RelocationRule, littleEndian: boolean, label: string) {
    this.#view = view
    this.#offset = offset
    this.#rule = rule
    this.#littleEndian = littleEndian
    this.#label = label
  }

  /** What stands there, unsigned: in a table without addends the addend, whose sign makes no odds at this width. */
  words(): readonly [low: number, high: number] {
    const [view, offset, littleEndian] = [this.#view, this.#offset, this.#littleEndian]
    switch (this.#rule.width) {
      case 0:
        return this.#uleb128()
      case 1:
        return [view.getUint8(offset), 0]
      case 2:
        return [view.getUint16(offset, littleEndian), 0]
      case 4:
        return [view.getUint32(offset, littleEndian), 0]
      case 8: {
        const [first, second] = [view.getUint32(offset, littleEndian), view.getUint32(offset + 4, littleEndian)]
        return littleEndian ? [first, second] : [second, first]
      }
    }
  }

  write(low: number, high: number): void {
    const [view, offset, littleEndian] = [this.#view, this.#offset, this.#littleEndian]
    const { width, bits } = this.#rule
    if (bits !== undefined) {
      const mask = (1 << bits) - 1
      view.setUint8(offset, (view.getUint8(offset) & ~mask) | (low & mask))
    } else if (width === 0) this.#writeUleb128(low, high)
    else if (width === 1) view.setUint8(offset, low & 0xff)
    else if (width === 2) view.setUint16(offset, low & 0xffff, littleEndian)
    else if (width === 4) view.setUint32(offset, low, littleEndian)
    else {
      view.setUint32(offset, littleEndian ? low : high, littleEndian)
      view.setUint32(offset + 4, littleEndian ? high : low, littleEndian)
    }
  }

  #uleb128(): readonly [low: number, high: number] {
    let value = 0n
    for (let at = 0; at < this.#uleb128Length(); at++) {
      value |= BigInt(this.#view.getUint8(this.#offset + at) & 0x7f) << BigInt(at * 7)
    }
    return [Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn)]
  }

  /** Keeps the number of bytes, as the linker does: the assembler left room for the greatest value. */
  #writeUleb128(low: number, high: number): void {
    let value = (BigInt(high) << 32n) | BigInt(low)
    const length = this.#uleb128Length()
    for (let at = 0; at < length; at++) {
      this.#view.setUint8(this.#offset + at, Number(value & 0x7fn) | (at < length - 1 ? 0x80 : 0))
      value >>= 7n
    }
  }

  #uleb128Length(): number {
    for (let length = 1; length <= 10 && this.#offset + length <= this.#view.byteLength; length++) {
      if (this.#view.getUint8(this.#offset + length - 1) < 0x80) return length
    }
    throw new FormatError('no ULEB128 number here', { section: this.#label, offset: this.#offset })
  }
}
