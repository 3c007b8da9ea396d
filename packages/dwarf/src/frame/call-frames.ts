/** Call frame information: .eh_frame and .debug_frame, read entry by entry (DWARF 5, section 6.4; LSB 5.0, Core, section 10.6). */
import { Cursor, FormatError, plainBytes } from '@gospy/bytes'
import { toAddress } from '../address.js'
import { readInitialLength } from '../initial-length.js'
import { type RangeIndex, RangeIndexBuilder } from '../range/range-index.js'
import type { Architecture } from './architecture.js'
import { parseCommonInformation } from './common-information.js'
import { EhFrameHeader } from './eh-frame-header.js'
import { type PointerBases, readEncodedPointer, readValue } from './eh-pointer.js'
import { type CommonInformation, FrameDescription } from './frame-entry.js'
import { type FrameInstruction, readInstructions } from './frame-instruction.js'
import type { FrameRow } from './frame-row.js'

/** What the bytes of the section do not say themselves. */
export interface CallFramesOptions {
  /** Which section it is: the two differ in a few fields. */
  section: '.eh_frame' | '.debug_frame'
  /** Byte order; little-endian unless said otherwise. */
  littleEndian?: boolean
  /** Bytes of an address, 8 unless said otherwise. */
  addressSize?: number
  /** Address of the section, as linked: pointers of .eh_frame mostly count from where they stand. */
  address?: bigint
  /** Address of .text, for pointers that count from there. */
  textAddress?: bigint
  /** Address of .got, for pointers that count from there. */
  dataAddress?: bigint
  /** .eh_frame_hdr and its address: a sorted table that makes an index of ours superfluous. */
  header?: { bytes: Uint8Array; address: bigint }
  /** The processor that the code is for; without it nothing is refused that any has. */
  architecture?: Architecture
}

const NO_BYTES = new Uint8Array(0)

/**
 * The call frame information of one section: how to get from each instruction of a program to its caller. Entries are decoded when
 * asked for; `find` looks in .eh_frame_hdr, or an index made at the first search.
 */
export class CallFrames {
  /** Name of the section. */
  readonly section: '.eh_frame' | '.debug_frame'
  /** The processor, where it was given. */
  readonly architecture: Architecture | undefined
  /** @internal What pointers count from. */
  readonly bases: PointerBases
  readonly #bytes: Uint8Array
  readonly #littleEndian: boolean
  readonly #addressSize: number
  readonly #headerOption: CallFramesOptions['header']
  #header: EhFrameHeader | undefined
  readonly #common = new Map<number, CommonInformation | FormatError>()
  #index: RangeIndex | undefined
  #fault: FormatError | undefined

  private constructor(bytes: Uint8Array, options: CallFramesOptions) {
    this.#bytes = plainBytes(bytes)
    this.section = options.section
    this.architecture = options.architecture
    this.#littleEndian = options.littleEndian ?? true
    this.#addressSize = options.addressSize ?? options.architecture?.addressSize ?? 8
    this.bases = { section: options.address, text: options.textAddress, data: options.dataAddress }
    this.#headerOption = options.header
  }

  /** Takes the contents of a section; reads nothing yet. */
  static parse(bytes: Uint8Array, options: CallFramesOptions): CallFrames {
    return new CallFrames(bytes, options)
  }

  /** @internal A cursor of the caller's own. */
  cursor(offset: number, end: number): Cursor {
    return new Cursor(this.#bytes, { section: this.section, littleEndian: this.#littleEndian, offset, end })
  }

  /**
   * All entries, common and descriptions, in the order of the section.
   * @throws FormatError behind the last one that can be read, when there are others; what follows a wrong length is not found
   */
  *entries(): Generator<CommonInformation | FrameDescription, void, undefined> {
    let fault: FormatError | undefined
    for (const { offset, id } of this.#offsets((error) => {
      fault ??= error
    })) {
      try {
        yield id === undefined ? this.#commonAt(offset) : this.#descriptionAt(offset)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        fault ??= error
      }
    }
    if (fault !== undefined) throw fault
  }

  /** All frame descriptions, in the order of the section. @throws FormatError as `entries` */
  *descriptions(): Generator<FrameDescription, void, undefined> {
    for (const entry of this.entries()) if (entry instanceof FrameDescription) yield entry
  }

  /**
   * The instructions that all descriptions with this common entry begin with.
   * @throws FormatError for one that is not known, or does not lie within the entry
   */
  initialInstructions(common: CommonInformation): Generator<FrameInstruction, void, undefined> {
    return readInstructions(this.cursor(common.instructionsOffset, common.end), common, this)
  }

  /** Where entries are: with the id of a common entry undefined, of a description the offset of its common entry. */
  *#offsets(
    onFault: (error: FormatError) => void,
  ): Generator<{ offset: number; id: number | undefined }, void, undefined> {
    const cursor = this.cursor(0, this.#bytes.length)
    while (cursor.remaining >= 4) {
      const offset = cursor.offset
      try {
        const { end, length } = readInitialLength(cursor)
        // Zero ends a list of entries, but linkers join lists.
        if (length > 0) yield { offset, id: this.#commonOffset(offset).common }
        cursor.seek(end)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        onFault(error)
        return
      }
    }
  }

  /** Reads what all entries begin with. The cursor stands behind it. */
  #commonOffset(offset: number): { cursor: Cursor; common: number | undefined; format: 32 | 64 } {
    const head = this.cursor(0, this.#bytes.length).seek(offset)
    const { end, format } = readInitialLength(head)
    const cursor = this.cursor(head.offset, end)
    const at = cursor.offset
    if (this.section === '.eh_frame') {
      // Four bytes, also behind a length of eight; counted backwards from itself.
      const id = cursor.u32()
      return { cursor, common: id === 0 ? undefined : at - id, format }
    }
    if (format === 32) {
      const id = cursor.u32()
      return { cursor, common: id === 0xffff_ffff ? undefined : id, format }
    }
    const id = cursor.u64big()
    return { cursor, common: id === 0xffff_ffff_ffff_ffffn ? undefined : Number(id), format }
  }

  #commonAt(offset: number): CommonInformation {
    let common = this.#common.get(offset)
    if (common === undefined) {
      common = this.#parseCommon(offset)
      this.#common.set(offset, common)
    }
    if (common instanceof FormatError) throw common
    return common
  }

  #parseCommon(offset: number): CommonInformation | FormatError {
    try {
      const { cursor, common, format } = this.#commonOffset(offset)
      if (common !== undefined) cursor.fail('no common information entry here', offset)
      return parseCommonInformation(cursor, offset, {
        format,
        isEh: this.section === '.eh_frame',
        addressSize: this.#addressSize,
        bases: this.bases,
      })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return error
    }
  }

  #descriptionAt(offset: number): FrameDescription {
    const { cursor, common: commonOffset } = this.#commonOffset(offset)
    if (commonOffset === undefined || commonOffset < 0) return cursor.fail('no frame description here', offset)
    const common = this.#commonAt(commonOffset)
    const { addressSize, pointerEncoding } = common
    const low = readEncodedPointer(cursor, pointerEncoding, addressSize, this.bases)?.address
    if (low === undefined) return cursor.fail('a frame description without an address', offset)
    const length = readValue(cursor, pointerEncoding & 0x0f, addressSize)
    const high = BigInt.asUintN(addressSize * 8, low + BigInt.asUintN(addressSize * 8, length))
    let lsda: bigint | undefined
    let augmentationData: Uint8Array = NO_BYTES
    if (common.augmentation.startsWith('z')) {
      const augmentation = cursor.sub(cursor.uleb128())
      augmentationData = augmentation.bytes.subarray(augmentation.offset, augmentation.end)
      if (common.lsdaEncoding !== undefined && !augmentation.atEnd) {
        const bases = { ...this.bases, function: low }
        lsda = readEncodedPointer(augmentation, common.lsdaEncoding, addressSize, bases, true)?.address
      }
    }
    const fields = { offset, end: cursor.end, common, low, high, lsda, augmentationData }
    return new FrameDescription(this, fields, cursor.offset)
  }

  /**
   * The description that covers an address, or undefined where none does. Of a return address subtract 1, unless it is in the
   * frame of a signal handler's caller.
   * @param pc as linked: a number, or a bigint for any of 64 bits
   * @throws FormatError when none is found, and an entry is malformed
   */
  find(pc: number | bigint): FrameDescription | undefined {
    const address = toAddress(pc)
    if (address === undefined) return undefined
    const listed = this.#findInHeader(address)
    if (listed !== undefined) return address < listed.high ? listed : undefined
    this.#index ??= this.#indexDescriptions()
    for (const offset of this.#index.find(address)) return this.#descriptionAt(offset)
    if (this.#fault !== undefined) throw this.#fault
    return undefined
  }

  /** The row that holds at an address, or undefined where no description covers it. @throws FormatError as `find` and `rowAt` */
  rowAt(pc: number | bigint): FrameRow | undefined {
    return this.find(pc)?.rowAt(pc)
  }

  /** The last description at or before the address, if the header has one, and the section agrees. */
  #findInHeader(address: bigint): FrameDescription | undefined {
    const { section } = this.bases
    if (this.#headerOption === undefined || section === undefined) return undefined
    try {
      this.#header ??= new EhFrameHeader(this.#headerOption, this.#littleEndian, this.#addressSize)
      const entry = this.#header.find(address)
      if (entry === undefined) return undefined
      const description = this.#descriptionAt(Number(entry.description - section))
      return description.low === entry.low ? description : undefined
    } catch (error) {
      // The section itself counts.
      if (!(error instanceof FormatError)) throw error
      return undefined
    }
  }

  #indexDescriptions(): RangeIndex {
    const builder = new RangeIndexBuilder()
    try {
      for (const description of this.descriptions()) builder.add(description, description.offset)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#fault = error
    }
    return builder.build()
  }
}
