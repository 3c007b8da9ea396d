/** The symbols that may stand for an address, as columns: what `SymbolAddressIndex` is made of. */
import { EM, SHN, STB, STT } from './constants.js'
import type { RecordTable } from './fields.js'
import type { AddressColumns } from './symbol-address-index.js'
import { SYM32, SYM64 } from './symbol-layout.js'

/** Processors whose ABI marks code and data by local symbols `$a`, `$t`, `$x`, `$d`, …. */
const WITH_MAPPING_SYMBOLS: readonly number[] = [EM.ARM, EM.AARCH64, EM.RISCV]

/**
 * @param machine e_machine
 * @param strings the string table; asked for where there may be mapping symbols
 */
export function addressColumns(symbols: RecordTable, machine: number, strings: () => Uint8Array): AddressColumns {
  const layout = symbols.encoding.is64 ? SYM64 : SYM32
  const words = () => new Uint32Array(symbols.length)
  const columns = {
    symbol: words(),
    startHigh: words(),
    startLow: words(),
    lastHigh: words(),
    lastLow: words(),
    rank: new Uint8Array(symbols.length),
    isPoint: new Uint8Array(symbols.length),
  }
  const hasMappingSymbols = WITH_MAPPING_SYMBOLS.includes(machine)
  const { is64, littleEndian } = symbols.encoding
  // The halves of an address.
  const lowAt = is64 && !littleEndian ? 4 : 0
  const highAt = littleEndian ? 4 : 0
  let length = 0
  // No arrays in here to take apart: before the code is compiled they cost more than all the rest.
  for (let index = 1; index < symbols.length; ) {
    const { view, from, to } = symbols.stretch(index)
    for (let at = from; at < to; at += symbols.stride) {
      const symbol = index++
      const info = view.getUint8(at + layout.info)
      const type = info & 0xf
      if (type === STT.SECTION || type === STT.FILE || type === STT.TLS) continue
      const section = view.getUint16(at + layout.section, littleEndian)
      if (section === SHN.UNDEF || section === SHN.COMMON) continue
      const sizeLow = view.getUint32(at + layout.size + lowAt, littleEndian)
      const sizeHigh = is64 ? view.getUint32(at + layout.size + highAt, littleEndian) : 0
      const isPoint = sizeLow === 0 && sizeHigh === 0
      if (hasMappingSymbols && isPoint && info === STT.NOTYPE) {
        if (strings()[view.getUint32(at + layout.name, littleEndian)] === 0x24) continue
      }
      const rawLow = view.getUint32(at + layout.value + lowAt, littleEndian)
      const high = is64 ? view.getUint32(at + layout.value + highAt, littleEndian) : 0
      const low = machine === EM.ARM && type === STT.FUNC ? (rawLow & ~1) >>> 0 : rawLow
      columns.symbol[length] = symbol
      columns.startLow[length] = low
      columns.startHigh[length] = high
      // start + size - 1, which stops at the end of the address space.
      const carryLow = isPoint ? low : low + sizeLow - 1
      const carry = Math.floor(carryLow / 0x1_0000_0000)
      const lastHigh = isPoint ? high : high + sizeHigh + carry
      const isBeyond = lastHigh > 0xffff_ffff
      columns.lastLow[length] = isBeyond ? 0xffff_ffff : carryLow >>> 0
      columns.lastHigh[length] = isBeyond ? 0xffff_ffff : lastHigh
      const binding = info >> 4
      const scope = binding === STB.LOCAL ? 0 : binding === STB.WEAK ? 1 : 2
      columns.rank[length] = scope * 2 + (type === STT.NOTYPE ? 0 : 1)
      columns.isPoint[length] = isPoint ? 1 : 0
      length++
    }
  }
  return {
    length,
    symbol: columns.symbol.subarray(0, length),
    startHigh: columns.startHigh.subarray(0, length),
    startLow: columns.startLow.subarray(0, length),
    lastHigh: columns.lastHigh.subarray(0, length),
    lastLow: columns.lastLow.subarray(0, length),
    rank: columns.rank.subarray(0, length),
    isPoint: columns.isPoint.subarray(0, length),
  }
}
