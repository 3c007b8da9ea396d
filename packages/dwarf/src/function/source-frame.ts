/** The source functions that an instruction belongs to: inlined calls first, then the function that holds it. */
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import type { LineTable } from '../line/line-table.js'
import type { FunctionTable } from './function-table.js'
import {
  type FunctionContext,
  type SourceLocation,
  type Subprogram,
  sourceLocation,
  subprogramOf,
} from './subprogram.js'

/** One source function that an instruction belongs to; file, line and column are of the instruction, or of the inlined call. */
export interface SourceFrame extends SourceLocation {
  /** Name as the linker knows it (mangled in C++ and Rust), else as the source has it; undefined where no function is described. */
  readonly function: string | undefined
  /** Tells blocks apart that come from one source position: 0 where nothing needs that. */
  readonly discriminator: number
  /** Whether the function's code was inlined into that of the frame behind it. */
  readonly inlined: boolean
  /** The function; undefined where none is described, as for assembly. */
  readonly subprogram: Subprogram | undefined
}

const NOWHERE: SourceLocation & { discriminator: number } = {
  file: undefined,
  line: undefined,
  column: undefined,
  discriminator: 0,
}

/** Innermost first; empty where neither a function nor a row of the line table holds the address. */
export function sourceFrames(
  address: bigint,
  functions: FunctionTable,
  lines: LineTable | undefined,
  context: FunctionContext,
): SourceFrame[] {
  const outermost = functions.find(address)
  const row = rowLocation(lines, address)
  if (outermost === undefined && row === undefined) return []
  const inlined = outermost === undefined ? [] : functions.inlinedAt(outermost, address)
  const frames: SourceFrame[] = []
  let location = row ?? NOWHERE
  for (const call of inlined.reverse()) {
    frames.push({ ...frameOf(call, context), ...location, inlined: true })
    location = callLocation(call, context)
  }
  frames.push({ ...frameOf(outermost, context), ...location, inlined: false })
  return frames
}

function rowLocation(lines: LineTable | undefined, address: bigint): typeof NOWHERE | undefined {
  const row = lines?.find(address)
  if (lines === undefined || row === undefined) return undefined
  return {
    file: lines.file(row.file)?.path,
    line: row.line === 0 ? undefined : row.line,
    column: row.column === 0 ? undefined : row.column,
    discriminator: row.discriminator,
  }
}

function frameOf(
  entry: Entry | undefined,
  context: FunctionContext,
): { function: string | undefined; subprogram: Subprogram | undefined } {
  if (entry === undefined) return { function: undefined, subprogram: undefined }
  const subprogram = subprogramOf(entry, context)
  return { function: subprogram.linkageName ?? subprogram.name, subprogram }
}

function callLocation(call: Entry, context: FunctionContext): typeof NOWHERE {
  const location = sourceLocation(
    context,
    call.attribute(DW_AT.call_file),
    call.attribute(DW_AT.call_line),
    call.attribute(DW_AT.call_column),
  )
  return { ...location, discriminator: call.number(DW_AT.GNU_discriminator) ?? 0 }
}
