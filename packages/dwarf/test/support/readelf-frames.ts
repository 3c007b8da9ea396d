/**
 * Our reading of call frame information, printed as `readelf --debug-dump=frames` (binutils 2.40) prints it, and a reader of
 * `readelf --debug-dump=frames-interp`. Expressions are left out of the first: readelf decodes them, we do not here.
 */
import {
  type Architecture,
  architectureOf,
  CallFrames,
  DW_CFA,
  FrameDescription,
  type FrameInstruction,
  type RegisterRule,
} from '@gospy/dwarf'
import type { ElfFile } from '@gospy/elf'

const NAMES = new Map<number, string>(Object.entries(DW_CFA).map(([name, opcode]) => [opcode, `DW_CFA_${name}`]))

const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0')
const signed = (value: number) => (value < 0 ? `${value}` : `+${value}`)

/** What `.eh_frame` or `.debug_frame` of a file needs. */
export function callFramesOf(
  elf: ElfFile,
  section: '.eh_frame' | '.debug_frame',
  withHeader = false,
): CallFrames | undefined {
  const bytes = section === '.eh_frame' ? elf.section(section)?.data() : elf.debugSection(section)
  if (bytes === undefined) return undefined
  const header = withHeader ? elf.section('.eh_frame_hdr') : undefined
  const architecture = architectureOf(elf.header.machine)
  return CallFrames.parse(bytes, {
    section,
    littleEndian: elf.header.littleEndian,
    addressSize: elf.header.class / 8,
    ...(architecture && { architecture }),
    address: elf.section(section)?.address ?? 0n,
    textAddress: elf.section('.text')?.address ?? 0n,
    dataAddress: elf.section('.got')?.address ?? 0n,
    ...(header && { header: { bytes: header.data()!, address: header.address } }),
  })
}

/** One block of lines for each entry, as readelf separates them. */
export function dumpFrames(frames: CallFrames): string[] {
  const blocks: string[] = []
  for (const entry of frames.entries()) {
    const common = entry instanceof FrameDescription ? entry.common : entry
    const digits = common.addressSize * 2
    const idDigits = common.format / 4
    const length = hex(entry.end - entry.offset - (common.format === 32 ? 4 : 12), digits)
    const lines: string[] = []
    const bytes = (data: Uint8Array) => {
      if (data.length > 0) lines.push(`  Augmentation data:     ${[...data].map((byte) => hex(byte, 2)).join(' ')}`)
    }
    if (entry instanceof FrameDescription) {
      const id = frames.section === '.eh_frame' ? entry.offset + 4 - common.offset : common.offset
      lines.push(
        `${hex(entry.offset, 8)} ${length} ${hex(id, idDigits)} FDE cie=${hex(common.offset, 8)} ` +
          `pc=${hex(entry.low, digits)}..${hex(entry.high, digits)}`,
      )
      bytes(entry.augmentationData)
    } else {
      const id = frames.section === '.eh_frame' ? '00000000' : 'f'.repeat(idDigits)
      lines.push(
        `${hex(entry.offset, 8)} ${length} ${id} CIE`,
        `  Version:               ${common.version}`,
        `  Augmentation:          "${common.augmentation}"`,
      )
      if (common.version >= 4) {
        lines.push(`  Pointer Size:          ${common.addressSize}`, '  Segment Size:          0')
      }
      lines.push(
        `  Code alignment factor: ${common.codeAlignment}`,
        `  Data alignment factor: ${common.dataAlignment}`,
        `  Return address column: ${common.returnAddressRegister}`,
      )
      bytes(entry.augmentationData)
    }
    const description = entry instanceof FrameDescription ? entry : undefined
    let pc = description?.low ?? 0n
    for (const instruction of description?.instructions() ?? frames.initialInstructions(common)) {
      pc = instruction.address ?? pc + BigInt(instruction.delta)
      lines.push(`  ${describe(instruction, hex(pc, digits), frames.architecture)}`)
    }
    blocks.push(lines.join('\n'))
  }
  return blocks
}

function describe(instruction: FrameInstruction, to: string, architecture: Architecture | undefined): string {
  const { opcode, delta, offset, from } = instruction
  const register = (number: number) => {
    const name = architecture?.registerName(number)
    return name === undefined ? `r${number}` : `r${number} (${name})`
  }
  const name = NAMES.get(opcode)
  const about = register(instruction.register)
  switch (opcode) {
    case DW_CFA.advance_loc:
    case DW_CFA.advance_loc1:
    case DW_CFA.advance_loc2:
    case DW_CFA.advance_loc4:
      return `${name}: ${delta} to ${to}`
    case DW_CFA.set_loc:
      return `${name}: ${to}`
    case DW_CFA.offset:
    case DW_CFA.offset_extended:
    case DW_CFA.offset_extended_sf:
    case DW_CFA.GNU_negative_offset_extended:
      return `${name}: ${about} at cfa${signed(offset)}`
    case DW_CFA.val_offset:
    case DW_CFA.val_offset_sf:
      return `${name}: ${about} is cfa${signed(offset)}`
    case DW_CFA.restore:
    case DW_CFA.restore_extended:
    case DW_CFA.undefined:
    case DW_CFA.same_value:
    case DW_CFA.def_cfa_register:
      return `${name}: ${about}`
    case DW_CFA.register:
      return `${name}: ${about} in ${register(from)}`
    case DW_CFA.def_cfa:
    case DW_CFA.def_cfa_sf:
      return `${name}: ${about} ofs ${offset}`
    case DW_CFA.def_cfa_offset:
    case DW_CFA.def_cfa_offset_sf:
    case DW_CFA.GNU_args_size:
      return `${name}: ${offset}`
    case DW_CFA.def_cfa_expression:
      return `${name} ()`
    case DW_CFA.expression:
    case DW_CFA.val_expression:
      return `${name}: ${about} ()`
    default:
      return `${name}`
  }
}

/** The blocks of one section in readelf's text. */
export function framesText(text: string, section: string): string[] {
  const start = text.indexOf(`Contents of the ${section} section`)
  if (start < 0) return []
  const next = text.indexOf('\nContents of the ', start + 1)
  return (
    text
      .slice(text.indexOf('\n', start), next < 0 ? undefined : next)
      .replaceAll(/ \(DW_OP_.*\)$/gm, ' ()')
      // What it says of a separate file of debugging information.
      .replaceAll(/^section '.*' has the NOBITS type.*$/gm, '')
      .split(/\n(?=[0-9a-f]{8,16} (?:[0-9a-f]{8,16} [0-9a-f]{8,16} (?:CIE|FDE)|ZERO))/)
      .map((block) => block.replaceAll(/\n{2,}/g, '\n').trim())
      .filter((block) => block !== '' && !block.endsWith('ZERO terminator'))
  )
}

/** Rows of one description as readelf interprets them: address, then cells by the name of the column. */
export interface InterpretedRow {
  readonly address: bigint
  readonly cells: ReadonlyMap<string, string>
}

/** By offset of the description; those for which readelf prints no table are missing. */
export function interpretedRows(blocks: readonly string[]): Map<number, InterpretedRow[]> {
  const tables = new Map<number, InterpretedRow[]>()
  for (const block of blocks) {
    const [head, columns, ...rows] = block.split('\n')
    if (!/ FDE /.test(head!) || columns === undefined) continue
    const names = columns.trim().split(/\s+/).slice(1)
    const parsed = rows.map((row) => {
      // Another register comes as `r1 (rdx)`.
      const [address, ...cells] = row
        .replaceAll(/(\br\d+) \(\w+\)/g, '$1')
        .trim()
        .split(/\s+/)
      return { address: BigInt(`0x${address}`), cells: new Map(names.map((name, index) => [name, cells[index]!])) }
    })
    // After an advance by nothing readelf prints the row once more.
    const last = parsed.filter((row, index) => parsed[index + 1]?.address !== row.address)
    tables.set(Number.parseInt(head!, 16), last)
  }
  return tables
}

/** Our rows in the same form, with the columns that readelf has. */
export function ourRows(
  description: FrameDescription,
  theirs: readonly InterpretedRow[],
  architecture: Architecture,
): InterpretedRow[] {
  const columns = new Map<string, number>()
  for (let register = 0; register < 128; register++) {
    const name = architecture.registerName(register)
    if (name !== undefined) columns.set(name, register)
  }
  const name = (register: number) => architecture.registerName(register) ?? `r${register}`
  const cell = (rule: RegisterRule | undefined): string => {
    switch (rule?.kind) {
      case 'offset':
        return `c${signed(rule.offset)}`
      case 'val_offset':
        return `v${signed(rule.offset)}`
      case 'register':
        return `r${rule.register}`
      case 'same_value':
        return 's'
      case 'expression':
        return 'exp'
      case 'val_expression':
        return 'vexp'
      default:
        return 'u'
    }
  }
  return [...description.rows()].map(({ address, cfa, registers }) => {
    const cells = new Map<string, string>()
    for (const column of theirs[0]?.cells.keys() ?? []) {
      if (column === 'CFA')
        cells.set(column, cfa?.kind === 'register' ? `${name(cfa.register)}${signed(cfa.offset)}` : 'exp')
      else {
        const register = column === 'ra' ? description.common.returnAddressRegister : columns.get(column)
        cells.set(column, cell(registers.get(register ?? Number(column.slice(1)))))
      }
    }
    return { address, cells }
  })
}
