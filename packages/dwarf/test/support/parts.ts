/** Sections as sources, of which only what is asked for is copied, as of a file. */
import { type ByteSource, FormatError } from '@gospy/bytes'

export class CountingSource implements ByteSource {
  readonly size: number
  /** How many bytes were read. */
  count = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.size = bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new FormatError(`${length} bytes wanted of ${this.size}`, { section: 'the source', offset })
    }
    this.count += length
    return this.#bytes.slice(offset, offset + length)
  }
}

/** A source that fills the caller's memory, as a file does. */
class FillingSource extends CountingSource {
  readInto(offset: number, target: Uint8Array): void {
    target.set(this.read(offset, target.length))
  }
}

/** A loader of sources, every other of which can fill the caller's memory. */
export function inParts(sections: ReadonlyMap<string, Uint8Array>): (name: string) => CountingSource | undefined {
  let count = 0
  return (name) => {
    const bytes = sections.get(name)
    if (bytes === undefined) return undefined
    return count++ % 2 === 0 ? new FillingSource(bytes) : new CountingSource(bytes)
  }
}
