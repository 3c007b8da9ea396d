/** The two kinds of entries of .debug_frame and .eh_frame (DWARF 5, section 6.4.1; LSB 5.0, Core, section 10.6). */
import type { CallFrames } from './call-frames.js'
import { type FrameInstruction, readInstructions } from './frame-instruction.js'
import { executeRows, type FrameRow } from './frame-row.js'

/** A common information entry (CIE): what the frames of many functions have in common. */
export interface CommonInformation {
  /** Offset of the entry in its section. */
  readonly offset: number
  /** Offset in the section of the first byte behind the entry. */
  readonly end: number
  /** 1, 3 or 4. */
  readonly version: number
  /** 32- or 64-bit DWARF. */
  readonly format: 32 | 64
  /** Letters that say what follows: `zR`, `zPLR`, `zRS`, …; empty in most of .debug_frame. */
  readonly augmentation: string
  /** Bytes of an address. */
  readonly addressSize: number
  /** What advances of the location count in, in bytes. */
  readonly codeAlignment: number
  /** What offsets of registers count in, in bytes; mostly negative. */
  readonly dataAlignment: number
  /** Number of the column that stands for the return address. */
  readonly returnAddressRegister: number
  /** DW_EH_PE of the addresses in the frame descriptions. */
  readonly pointerEncoding: number
  /** DW_EH_PE of the pointer to language-specific data; undefined where there is none. */
  readonly lsdaEncoding: number | undefined
  /** Address of the routine that the language handles exceptions with, and whether it only stands there. */
  readonly personality: { readonly address: bigint; readonly indirect: boolean } | undefined
  /** Whether the frame is that of a signal handler's caller: its pc is that of an instruction, not behind a call. */
  readonly isSignalFrame: boolean
  /** AArch64: return addresses are signed with the B key. */
  readonly usesKeyB: boolean
  /** Whether the entry is of .eh_frame. */
  readonly isEh: boolean
  /** Offset in the section of the initial instructions, which run up to `end`. */
  readonly instructionsOffset: number
  /** Bytes of the augmentation data; empty without `z`. */
  readonly augmentationData: Uint8Array
}

type FrameDescriptionFields = Pick<
  FrameDescription,
  'offset' | 'end' | 'common' | 'low' | 'high' | 'lsda' | 'augmentationData'
>

/** A frame description entry (FDE): how the frame of one function, or a part of it, is unwound at each of its addresses. */
export class FrameDescription {
  /** Offset of the entry in its section. */
  readonly offset: number
  /** Offset in the section of the first byte behind the entry. */
  readonly end: number
  readonly common: CommonInformation
  /** The first address that it is about, and the first behind. */
  readonly low: bigint
  readonly high: bigint
  /** Address of language-specific data (the table of exception handlers); undefined where there is none. */
  readonly lsda: bigint | undefined
  /** Bytes of the augmentation data; empty without `z` in the common entry's augmentation. */
  readonly augmentationData: Uint8Array
  readonly #frames: CallFrames
  readonly #instructionsOffset: number

  /** @internal */
  constructor(frames: CallFrames, fields: FrameDescriptionFields, instructionsOffset: number) {
    this.offset = fields.offset
    this.end = fields.end
    this.common = fields.common
    this.low = fields.low
    this.high = fields.high
    this.lsda = fields.lsda
    this.augmentationData = fields.augmentationData
    this.#frames = frames
    this.#instructionsOffset = instructionsOffset
  }

  /**
   * The instructions of the entry, one by one; those of `common` come before them.
   * @throws FormatError for one that is not known, or does not lie within the entry
   */
  instructions(): Generator<FrameInstruction, void, undefined> {
    return readInstructions(this.#frames.cursor(this.#instructionsOffset, this.end), this.common, this.#frames)
  }

  /**
   * The rows that the instructions make, in order of address: each holds from its address on, up to the next one's.
   * @throws FormatError for malformed instructions
   */
  rows(): Generator<FrameRow, void, undefined> {
    return executeRows(this, this.#frames)
  }

  /**
   * The row that holds at an address of the function, or undefined where that is outside of it.
   * @throws FormatError for malformed instructions before it
   */
  rowAt(pc: number | bigint): FrameRow | undefined {
    const address = BigInt(pc)
    if (address < this.low || address >= this.high) return undefined
    let found: FrameRow | undefined
    for (const row of this.rows()) {
      if (row.address > address) break
      found = row
    }
    return found
  }
}
