/** Names of symbols by their offset in the string table. */
import { decodeLatin1, decodeUtf8 } from '@gospy/bytes'
import { stringAt } from './strings.js'

const LABEL = 'symbol string table'
/** So many names one by one; who asks for more walks the table. */
const FEW = 200
/** Bytes that are decoded at once: as many as one name that is kept keeps in memory. Less takes longer, more no less. */
const BLOCK_BITS = 20
const BLOCK = 1 << BLOCK_BITS
// biome-ignore lint/suspicious/noControlCharactersInRegex: all that are not ASCII
const NOT_ASCII = /[^\x00-\x7f]/

const utf8 = new TextEncoder()

/** A stretch of the table as text, one character a byte. */
interface Block {
  readonly text: string
  readonly isAscii: boolean
}

/**
 * Decodes names. The first thousand one by one; after that the table block by block, and a name is a slice of its block: four
 * times as fast, for nothing is copied for each.
 */
export class SymbolNames {
  readonly #table: () => Uint8Array
  readonly #blocks: (Block | undefined)[] = []
  #asked = 0
  #scratch: Uint8Array<ArrayBuffer> | undefined

  constructor(table: () => Uint8Array) {
    this.#table = table
  }

  /** @throws FormatError when it starts or ends outside the table */
  at(offset: number): string {
    if (this.#asked < FEW) {
      this.#asked++
      return stringAt(this.#table(), offset, LABEL)
    }
    const number = offset >>> BLOCK_BITS
    const block = this.#blocks[number] ?? this.#decode(number)
    const start = offset & (BLOCK - 1)
    const end = block.text.indexOf('\0', start)
    // It goes on in the next block, or starts outside the table.
    if (end < 0 || start >= block.text.length) return stringAt(this.#table(), offset, LABEL)
    const name = block.text.slice(start, end)
    return block.isAscii || !NOT_ASCII.test(name) ? name : decodeUtf8(this.#table(), offset, offset + end - start)
  }

  #decode(number: number): Block {
    const table = this.#table()
    const start = number * BLOCK
    const end = Math.min(start + BLOCK, table.length)
    if (start >= end) return { text: '', isAscii: true }
    const text = decodeLatin1(table, start, end)
    // Written as UTF-8 a character above ASCII takes two bytes, and does not fit. By far faster than a loop.
    this.#scratch ??= new Uint8Array(BLOCK)
    const isAscii = utf8.encodeInto(text, this.#scratch.subarray(0, text.length)).read === text.length
    const block = { text, isAscii }
    this.#blocks[number] = block
    return block
  }
}
