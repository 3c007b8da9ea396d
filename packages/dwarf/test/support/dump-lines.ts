/** Our reading of .debug_line, printed as `llvm-dwarfdump --debug-line` (version 14) prints its own. */
import { DW_LNS, type Dwarf, type LineHeader, type LineTable } from '@gospy/dwarf'

const OPCODES = new Map<number, string>(Object.entries(DW_LNS).map(([name, opcode]) => [opcode, name]))

const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0')

export function dumpLineTables(dwarf: Dwarf): string {
  return [...dwarf.lineTables()].map(dumpLineTable).join('\n')
}

function dumpLineTable(table: LineTable): string {
  const out = [`debug_line[0x${hex(table.offset, 8)}]`, ...dumpHeader(table.header)]
  const first = table.version >= 5 ? 0 : 1
  const file = (index: number) => table.file(index)!
  for (const [index, name] of table.directories.slice(first).entries()) {
    out.push(`include_directories[${String(index + first).padStart(3)}] = "${name}"`)
  }
  for (let index = first; index < table.files().length + first; index++) {
    const { name, directoryIndex, modificationTime, length, md5, source } = file(index)
    out.push(`file_names[${String(index).padStart(3)}]:`)
    out.push(`           name: "${name}"`, `      dir_index: ${directoryIndex}`)
    if (md5 !== undefined) out.push(`   md5_checksum: ${Buffer.from(md5).toString('hex')}`)
    if (table.version < 5) {
      out.push(`       mod_time: 0x${hex(modificationTime, 8)}`, `         length: 0x${hex(length, 8)}`)
    }
    if (source !== undefined) {
      out.push(`         source: "${source.replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`)
    }
  }
  if (table.rows.length > 0) {
    out.push('', 'Address            Line   Column File   ISA Discriminator Flags')
    out.push('------------------ ------ ------ ------ --- ------------- -------------')
  }
  for (const row of table) {
    const columns = [
      `0x${hex(row.address, 16)}`,
      String(row.line).padStart(6),
      String(row.column).padStart(6),
      String(row.file).padStart(6),
      String(row.isa).padStart(3),
      String(row.discriminator).padStart(13),
    ]
    let flags = ''
    if (row.isStatement) flags += ' is_stmt'
    if (row.basicBlock) flags += ' basic_block'
    if (row.prologueEnd) flags += ' prologue_end'
    if (row.epilogueBegin) flags += ' epilogue_begin'
    if (row.endSequence) flags += ' end_sequence'
    out.push(`${columns.join(' ')} ${flags}`)
  }
  return `${out.join('\n')}\n`
}

function dumpHeader(header: LineHeader): string[] {
  const digits = header.format === 32 ? 8 : 16
  const offsetSize = header.format === 32 ? 4 : 8
  const lengthSize = header.format === 32 ? 4 : 12
  const prologue = header.programOffset - (header.offset + lengthSize + 2 + (header.version >= 5 ? 2 : 0) + offsetSize)
  const out = [
    'Line table prologue:',
    `    total_length: 0x${hex(header.end - header.offset - lengthSize, digits)}`,
    `          format: DWARF${header.format}`,
    `         version: ${header.version}`,
  ]
  if (header.version >= 5) out.push(`    address_size: ${header.addressSize}`, ' seg_select_size: 0')
  out.push(` prologue_length: 0x${hex(prologue, digits)}`)
  out.push(` min_inst_length: ${header.minimumInstructionLength}`)
  if (header.version >= 4) out.push(`max_ops_per_inst: ${header.maximumOperationsPerInstruction}`)
  out.push(
    ` default_is_stmt: ${Number(header.defaultIsStatement)}`,
    `       line_base: ${header.lineBase}`,
    `      line_range: ${header.lineRange}`,
    `     opcode_base: ${header.opcodeBase}`,
  )
  for (const [index, length] of header.standardOpcodeLengths.entries()) {
    out.push(`standard_opcode_lengths[DW_LNS_${OPCODES.get(index + 1)}] = ${length}`)
  }
  return out
}
