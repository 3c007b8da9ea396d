/** The CRC-32 of IEEE 802.3, zlib and `.gnu_debuglink`: polynomial 0xedb88320, reflected. */

let tables: Int32Array[] | undefined

/** Four tables: of a byte, and of a byte with one, two and three more behind it ("slicing by four"). */
function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    return crc
  })
  const result = [first]
  for (let index = 1; index < 4; index++) {
    const before = result[index - 1]!
    result.push(before.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!))
  }
  return result
}

/**
 * The checksum of some bytes.
 * @param before the checksum of what comes before them; 0 at the start
 * @returns 32 bits, unsigned
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables()
  const [one, two, three, four] = tables as [Int32Array, Int32Array, Int32Array, Int32Array]
  let crc = ~before
  let at = 0
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = four[crc & 0xff]! ^ three[(crc >>> 8) & 0xff]! ^ two[(crc >>> 16) & 0xff]! ^ one[crc >>> 24]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ one[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
