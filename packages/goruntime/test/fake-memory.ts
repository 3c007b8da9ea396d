/** Memory made of pieces at given addresses; everything else is unmapped. */
import type { MemoryRange, MemoryReader } from '@gospy/bytes'

export class FakeMemory implements MemoryReader {
  readonly #pieces: { address: number; bytes: Uint8Array }[] = []
  /** Reads so far. */
  reads = 0
  /** Called before each read: a chance to change what is there. */
  beforeRead: (() => void) | undefined

  map(address: number, bytes: Uint8Array): this {
    this.#pieces.push({ address, bytes })
    return this
  }

  /** Maps the UTF-8 text and returns the two words of its string header. */
  string(address: number, text: string): [pointer: number, length: number] {
    const bytes = new TextEncoder().encode(text)
    this.map(address, bytes)
    return [address, bytes.length]
  }

  /** Maps 64-bit words. */
  words(address: number, words: readonly number[]): this {
    const bytes = new Uint8Array(words.length * 8)
    const view = new DataView(bytes.buffer)
    words.forEach((word, index) => {
      view.setBigUint64(index * 8, BigInt(word), true)
    })
    return this.map(address, bytes)
  }

  read(address: number, into: Uint8Array): number {
    this.reads++
    this.beforeRead?.()
    let done = 0
    while (done < into.length) {
      const at = address + done
      const piece = this.#pieces.find((each) => at >= each.address && at < each.address + each.bytes.length)
      if (piece === undefined) break
      const part = piece.bytes.subarray(at - piece.address, at - piece.address + into.length - done)
      into.set(part, done)
      done += part.length
    }
    return done
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }
}
