/**
 * Notes: small named records in SHT_NOTE sections and PT_NOTE segments (gABI chapter 5, "Note Section"). What a type
 * means depends on the name: "GNU", "Go", "CORE", "LINUX", "stapsdt", "FDO", ….
 */
import { Cursor, decodeUtf8, FormatError } from '@gospy/bytes'

/** One note: who defined it, of which type it is, and its contents. */
export interface Note {
  /** Who defined the type: the name without its NUL. */
  readonly name: string
  /** See NT. */
  readonly type: number
  /** The contents. A view: do not write to it. */
  readonly description: Uint8Array
  /** Where the note begins in the file, in bytes. */
  readonly offset: number
}

/** Bytes of n_namesz, n_descsz and n_type; of four bytes each in both classes on every system but HP-UX. */
const HEADER_SIZE = 12

/**
 * The notes in a section or segment, one after another.
 * @param alignment of the section or segment: 8 means that descriptions and notes are padded to 8 bytes, anything else
 * to 4, whatever the class (the specification says otherwise; no system follows it)
 * @param fileOffset of `bytes`
 * @param label of the section or segment, for errors
 * @throws FormatError for a note that does not end within the bytes, after those before it have been given
 */
export function* readNotes(
  bytes: Uint8Array,
  options: { littleEndian: boolean; alignment: number; fileOffset: number; label: string },
): IterableIterator<Note> {
  const { littleEndian, fileOffset, label } = options
  const padding = options.alignment === 8 ? 8 : 4
  const padded = (offset: number) => Math.ceil(offset / padding) * padding
  let start = 0
  while (start < bytes.length) {
    const cursor = new Cursor(bytes, { littleEndian, section: label, offset: start })
    const nameSize = cursor.u32()
    const descriptionSize = cursor.u32()
    const type = cursor.u32()
    const nameEnd = start + HEADER_SIZE + nameSize
    // Counted from the start of the note, which is itself aligned.
    const descriptionStart = start + padded(HEADER_SIZE + nameSize)
    const end = descriptionStart + descriptionSize
    // An empty description needs no padding in front of it.
    if (nameEnd > bytes.length || (descriptionSize > 0 && end > bytes.length)) {
      throw new FormatError(`note of ${nameSize} + ${descriptionSize} bytes, ${bytes.length - start} left`, {
        section: label,
        offset: start,
      })
    }
    yield {
      name: noteName(bytes, start + HEADER_SIZE, nameEnd),
      type,
      description: bytes.subarray(descriptionStart, end),
      offset: fileOffset + start,
    }
    start += padded(end - start)
  }
}

function noteName(bytes: Uint8Array, start: number, end: number): string {
  const nul = bytes.indexOf(0, start)
  return decodeUtf8(bytes, start, nul >= 0 && nul < end ? nul : end)
}
