/** Names of symbols by their offset in the string table. */
import { decodeLatin1, decodeUtf8 } from '@gospy/bytes'
import { stringAt } from './strings.js'

const LABEL = 'symbol string table'
/** So many names one by one; who asks for more walks the table. */
const FEW = 1000
// biome-ignore lint/suspicious/noControlCharactersInRegex: all that are not ASCII
const NOT_ASCII = /[^\x00-\x7f]/

/**
 * Decodes names. The first thousand one by one; then the table is made into one string, of which all further names are
 * slices: three times as fast, and nothing is copied.
 */
export class SymbolNames {
  readonly #table: () => Uint8Array
  #asked = 0
  #text: string | undefined
  #isAscii = false

  constructor(table: () => Uint8Array) {
    this.#table = table
  }

  /** @throws FormatError when it starts or ends outside the table */
  at(offset: number): string {
    const text = this.#text
    if (text === undefined) {
      if (this.#asked++ >= FEW) this.#decodeAll()
      return stringAt(this.#table(), offset, LABEL)
    }
    const end = text.indexOf('\0', offset)
    if (end < 0 || offset >= text.length) return stringAt(this.#table(), offset, LABEL)
    const name = text.slice(offset, end)
    return this.#isAscii || !NOT_ASCII.test(name) ? name : decodeUtf8(this.#table(), offset, end)
  }

  #decodeAll(): void {
    // One character for each byte, so that offsets stay what they are.
    this.#text = decodeLatin1(this.#table())
    this.#isAscii = !NOT_ASCII.test(this.#text)
  }
}
