/** .eh_frame_hdr: a sorted table of the functions that .eh_frame describes (LSB 5.0, Core, section 10.6.2). */
import { Cursor } from '@gospy/bytes'
import { DW_EH_PE } from '../constants/call-frame.js'
import { type PointerBases, readEncodedPointer } from './eh-pointer.js'

/** An entry of the table: the first address of a function, and that of its frame description. */
interface HeaderEntry {
  readonly low: bigint
  readonly description: bigint
}

/** Bytes of a pointer by the lower half of its encoding; those of LEB128 have no fixed size, and no table of them is searched. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [DW_EH_PE.udata2, 2],
  [DW_EH_PE.udata4, 4],
  [DW_EH_PE.udata8, 8],
  [DW_EH_PE.sdata2, 2],
  [DW_EH_PE.sdata4, 4],
  [DW_EH_PE.sdata8, 8],
])

export class EhFrameHeader {
  readonly #cursor: Cursor
  readonly #encoding: number
  readonly #addressSize: number
  readonly #bases: PointerBases
  readonly #count: number
  readonly #tableOffset: number
  readonly #size: number

  /** @throws FormatError for a version that is not known, or a table that does not fit into the section */
  constructor(section: { bytes: Uint8Array; address: bigint }, littleEndian: boolean, addressSize: number) {
    const cursor = new Cursor(section.bytes, { section: '.eh_frame_hdr', littleEndian })
    this.#bases = { section: section.address, text: undefined, data: section.address }
    this.#addressSize = addressSize
    const version = cursor.u8()
    if (version !== 1) cursor.fail(`version ${version} (1 is known)`, 0)
    const pointerEncoding = cursor.u8()
    const countEncoding = cursor.u8()
    this.#encoding = cursor.u8()
    readEncodedPointer(cursor, pointerEncoding, addressSize, this.#bases)
    const count = readEncodedPointer(cursor, countEncoding, addressSize, this.#bases)?.address ?? 0n
    const format = this.#encoding & 0x0f
    this.#size = format === DW_EH_PE.absptr ? addressSize : (SIZES.get(format) ?? 0)
    this.#tableOffset = cursor.offset
    // Without a table (DW_EH_PE_omit), or with one that cannot be searched, nothing is found here.
    this.#count = this.#encoding === DW_EH_PE.omit || this.#size === 0 ? 0 : Number(count)
    if (this.#count * this.#size * 2 > cursor.remaining) cursor.fail(`a table of ${count} entries, which is not there`)
    this.#cursor = cursor
  }

  /** The last entry whose function begins at or before the address. */
  find(address: bigint): HeaderEntry | undefined {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#pointer(middle * 2) <= address) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : { low: this.#pointer(low * 2 - 2), description: this.#pointer(low * 2 - 1) }
  }

  #pointer(index: number): bigint {
    const cursor = this.#cursor.seek(this.#tableOffset + index * this.#size)
    return readEncodedPointer(cursor, this.#encoding, this.#addressSize, this.#bases)!.address
  }
}
