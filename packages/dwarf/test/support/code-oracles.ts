/** What other tools say about the code of a program, and our own reading in the same words. */
import { DW_AT, type Dwarf } from '@gospy/dwarf'

const hex = (value: bigint | number, digits = 16) => `0x${value.toString(16).padStart(digits, '0')}`

/** Text behind the heading of a section, of `llvm-dwarfdump --debug-NAME`. */
export function dumpedSection(text: string, name: string): string {
  const heading = `.${name} contents:\n`
  const start = text.indexOf(heading)
  return start < 0 ? '' : text.slice(start + heading.length).trim()
}

/** As `llvm-dwarfdump --debug-aranges`. */
export function printAranges(dwarf: Dwarf, text: string): string {
  // The length is not ours to print: of each set it is taken from theirs.
  const lengths = [...text.matchAll(/length = (0x[0-9a-f]+), format = (DWARF\d+)/g)]
  return dwarf
    .aranges()
    .map(({ unitOffset, addressSize, ranges }, index) => {
      const [, length, format] = lengths[index] ?? []
      const head =
        `Address Range Header: length = ${length}, format = ${format}, version = 0x0002, ` +
        `cu_offset = ${hex(unitOffset, format === 'DWARF64' ? 16 : 8)}, addr_size = ${hex(addressSize, 2)}, seg_size = 0x00`
      const digits = addressSize * 2
      return [head, ...ranges.map(({ low, high }) => `[${hex(low, digits)}, ${hex(high, digits)})`)].join('\n')
    })
    .join('\n')
}

/** The ranges of each entry that has DW_AT_ranges, or DW_AT_low_pc and high_pc, by offset, of `llvm-dwarfdump --debug-info`. */
export function dumpedRanges(text: string): Map<number, string[]> {
  const all = new Map<number, string[]>()
  for (const block of text.split(/\n(?=0x[0-9a-f]{8}: +DW_TAG_)/)) {
    const offset = /^0x([0-9a-f]{8}): +DW_TAG_/.exec(block)
    if (offset === null) continue
    const list = /DW_AT_ranges\t\((?:.*\n)((?: +\[0x[^\n]*\n?)+)/.exec(block)
    const low = /DW_AT_low_pc\t\((0x[0-9a-f]+)\)/.exec(block)
    const high = /DW_AT_high_pc\t\((0x[0-9a-f]+)\)/.exec(block)
    const ranges =
      list !== null
        ? [...list[1]!.matchAll(/\[(0x[0-9a-f]+), (0x[0-9a-f]+)\)/g)].map((match) => [match[1]!, match[2]!])
        : low !== null && high !== null
          ? [[low[1]!, high[1]!]]
          : []
    const real = ranges.filter(([from, to]) => BigInt(from!) < BigInt(to!))
    if (real.length > 0)
      all.set(
        Number.parseInt(offset[1]!, 16),
        real.map(([from, to]) => `${BigInt(from!)} ${BigInt(to!)}`),
      )
  }
  return all
}

/** The same of ours. */
export function ourRanges(dwarf: Dwarf): Map<number, string[]> {
  const all = new Map<number, string[]>()
  for (const unit of dwarf.units()) {
    if (unit.section !== '.debug_info') continue
    const reader = unit.reader()
    while (reader.next()) {
      if (!reader.find(DW_AT.ranges) && !reader.find(DW_AT.high_pc)) continue
      const entry = reader.entry()
      const ranges = entry.ranges().map(({ low, high }) => `${low} ${high}`)
      if (ranges.length > 0) all.set(entry.offset, ranges)
    }
  }
  return all
}

/** Addresses where a row begins, but for those of code that the linker left out, which it put at 0. */
export function rowAddresses(dwarf: Dwarf, from: bigint): bigint[] {
  const addresses = new Set<bigint>()
  for (const table of dwarf.lineTables()) {
    for (const row of table) if (!row.endSequence && row.address >= from) addresses.add(row.address)
  }
  return [...addresses].sort((a, b) => (a < b ? -1 : 1))
}

interface SymbolizedFrame {
  readonly FunctionName: string
  readonly FileName: string
  readonly Line: number
  readonly Column: number
  readonly Discriminator?: number
}

/** One line for each address, of `llvm-symbolizer --no-demangle --output-style=JSON`. */
export function symbolizedFrames(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { Symbol: frames } = JSON.parse(line) as { Symbol: SymbolizedFrame[] }
      return frames
        .map(
          (frame) =>
            `${frame.FunctionName} ${frame.FileName}:${frame.Line}:${frame.Column}/${frame.Discriminator ?? 0}`,
        )
        .join(' < ')
    })
}

/** The same of ours. Where nothing is known the tool prints a frame without names. */
export function ourFrames(dwarf: Dwarf, address: bigint): string {
  const frames = dwarf.frames(address)
  if (frames.length === 0) return ' :0:0/0'
  return frames
    .map((frame) => {
      const place = `${frame.file ?? ''}:${frame.line ?? 0}:${frame.column ?? 0}`
      return `${frame.function ?? ''} ${place}/${frame.discriminator}`
    })
    .join(' < ')
}
