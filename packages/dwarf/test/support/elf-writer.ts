/** An ELF file (64-bit, little-endian) that holds the given sections and nothing else: for examples that open a file. */

const HEADER_SIZE = 64
const SECTION_HEADER_SIZE = 64

/** @param addresses of sections that are loaded */
export function writeElf(
  sections: ReadonlyMap<string, Uint8Array>,
  addresses: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = ['', ...sections.keys(), '.shstrtab']
  const nameTable = Buffer.from(`${names.join('\0')}\0`)
  const contents = [new Uint8Array(0), ...sections.values(), nameTable]
  const tableOffset = HEADER_SIZE + contents.reduce((sum, bytes) => sum + bytes.length, 0)
  const file = Buffer.alloc(tableOffset + contents.length * SECTION_HEADER_SIZE)

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  file.writeUInt16LE(2, 16) // ET_EXEC
  file.writeUInt16LE(62, 18) // EM_X86_64
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(tableOffset), 40)
  file.writeUInt16LE(HEADER_SIZE, 52)
  file.writeUInt16LE(SECTION_HEADER_SIZE, 58)
  file.writeUInt16LE(contents.length, 60)
  file.writeUInt16LE(contents.length - 1, 62)

  let offset = HEADER_SIZE
  let nameOffset = 0
  for (const [index, bytes] of contents.entries()) {
    const header = tableOffset + index * SECTION_HEADER_SIZE
    file.set(bytes, offset)
    file.writeUInt32LE(nameOffset, header)
    // SHT_NULL, SHT_PROGBITS, SHT_STRTAB
    file.writeUInt32LE(index === 0 ? 0 : index === contents.length - 1 ? 3 : 1, header + 4)
    file.writeBigUInt64LE(BigInt(addresses[names[index]!] ?? 0), header + 16)
    file.writeBigUInt64LE(BigInt(offset), header + 24)
    file.writeBigUInt64LE(BigInt(bytes.length), header + 32)
    file.writeBigUInt64LE(1n, header + 48)
    offset += bytes.length
    nameOffset += names[index]!.length + 1
  }
  return file
}
