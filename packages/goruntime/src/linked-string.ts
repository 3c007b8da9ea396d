/** Go strings in a file: a package variable of type string, as the linker laid it out. */
import { Cursor, decodeUtf8 } from '@gospy/bytes'
import type { ElfFile } from '@gospy/elf'

const MAX_LENGTH = 1024

/** The value of the string variable `symbol`; undefined when there is no such symbol or no text behind it. */
export function readLinkedString(elf: ElfFile, symbol: string): string | undefined {
  const address = elf.symbols().find(symbol)?.address
  if (address === undefined) return undefined
  const { class: bits, littleEndian } = elf.header
  const size = bits / 8
  const header = elf.readAt(address, size * 2)
  if (header === undefined) return undefined
  const cursor = new Cursor(header, { littleEndian, section: symbol })
  const pointer = cursor.uintBig(size)
  const length = cursor.uintBig(size)
  if (length === 0n || length > MAX_LENGTH) return undefined
  const text = elf.readAt(pointer, Number(length))
  return text && decodeUtf8(text)
}
