/** Writes small units byte by byte, for forms that no compiler at hand writes, and for malformed data. */
import { Dwarf, type DwarfOptions } from '@gospy/dwarf'

export interface UnitOptions {
  version?: number
  format?: 32 | 64
  addressSize?: number
  littleEndian?: boolean
  abbreviationsOffset?: number
}

export class Bytes {
  readonly list: number[] = []
  readonly littleEndian: boolean

  constructor(littleEndian = true) {
    this.littleEndian = littleEndian
  }

  get length(): number {
    return this.list.length
  }

  raw(...bytes: number[]): this {
    this.list.push(...bytes)
    return this
  }

  uint(value: number | bigint, size: number): this {
    const bytes: number[] = []
    for (let index = 0; index < size; index++) bytes.push(Number((BigInt(value) >> BigInt(index * 8)) & 0xffn))
    return this.raw(...(this.littleEndian ? bytes : bytes.reverse()))
  }

  uleb(value: number | bigint): this {
    let rest = BigInt(value)
    do {
      const byte = Number(rest & 0x7fn)
      rest >>= 7n
      this.list.push(rest === 0n ? byte : byte | 0x80)
    } while (rest !== 0n)
    return this
  }

  sleb(value: number | bigint): this {
    let rest = BigInt(value)
    for (;;) {
      const byte = Number(rest & 0x7fn)
      rest >>= 7n
      const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)
      this.list.push(done ? byte : byte | 0x80)
      if (done) return this
    }
  }

  string(text: string): this {
    return this.raw(...Buffer.from(`${text}\0`))
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.list)
  }
}

export interface AbbreviationOptions {
  code: number
  tag: number
  children?: boolean
  /** DW_AT, DW_FORM and the value of DW_FORM_implicit_const. */
  attributes: readonly (readonly [name: number, form: number, implicit?: number | bigint])[]
}

export function buildAbbreviations(...abbreviations: AbbreviationOptions[]): Uint8Array {
  const bytes = new Bytes()
  for (const { code, tag, children, attributes } of abbreviations) {
    bytes
      .uleb(code)
      .uleb(tag)
      .raw(children ? 1 : 0)
    for (const [name, form, implicit] of attributes) {
      bytes.uleb(name).uleb(form)
      if (implicit !== undefined) bytes.sleb(implicit)
    }
    bytes.raw(0, 0)
  }
  return bytes.raw(0).toBytes()
}

/** A compilation unit whose entries are the given bytes. */
export function buildUnit(entries: Bytes, options: UnitOptions = {}): Uint8Array {
  const { version = 5, format = 32, addressSize = 8, littleEndian = true, abbreviationsOffset = 0 } = options
  const offsetSize = format / 8
  const body = new Bytes(littleEndian).uint(version, 2)
  if (version >= 5) body.raw(1, addressSize).uint(abbreviationsOffset, offsetSize)
  else body.uint(abbreviationsOffset, offsetSize).raw(addressSize)
  body.raw(...entries.list)
  const unit = new Bytes(littleEndian)
  if (format === 64) unit.uint(0xffff_ffff, 4)
  return unit
    .uint(body.length, offsetSize)
    .raw(...body.list)
    .toBytes()
}

export function buildDwarf(
  sections: Record<string, Uint8Array>,
  littleEndian = true,
  options: DwarfOptions = {},
): Dwarf {
  return Dwarf.from((name) => sections[name], { littleEndian, ...options })
}
