/**
 * The one error that decoders of this project throw for bytes that are not what their format demands.
 * A decoder given any bytes returns a value or throws this; never another exception.
 */

/** Where in the input the fault lies. */
export interface FormatErrorPlace {
  /** Name of the section or table that was being decoded, as the format calls it: `.debug_info`, `ELF header`. */
  section: string
  /** Byte offset of the fault from the start of that section, or undefined where no single place is at fault. */
  offset?: number | undefined
  cause?: unknown
}

/** Malformed input. The message reads `.debug_info at offset 0x1a: unknown form 0x2f`. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  /** Stable, for `switch`: the same on every FormatError, whichever copy of this package threw it. */
  readonly code = 'ERR_FORMAT'
  readonly section: string
  readonly offset: number | undefined
  /** The fault alone, without the place. */
  readonly reason: string

  constructor(reason: string, place: FormatErrorPlace) {
    const { section, offset, cause } = place
    const where = offset === undefined ? section : `${section} at offset 0x${offset.toString(16)}`
    super(`${where}: ${reason}`, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.section = section
    this.offset = offset
  }
}
