/**
 * Calls that the compiler inlined: which source functions an instruction belongs to.
 * Sources: runtime/symtabinl.go (Go 1.21 and newer), runtime/traceback.go (gentraceback, 1.12 to 1.20),
 * runtime/symtab.go (pcExpander, 1.9 to 1.11).
 */
import type { GoFunction } from './go-function.js'
import type { PclntabData } from './pclntab-data.js'
import { INLINE_1_9_FIELDS, type InlineLayout } from './pclntab-versions.js'

/** One source function that an instruction belongs to. */
export interface SourceFrame {
  /** Name as the linker wrote it. */
  function: string
  /** Of the instruction in the innermost frame, of the call in all others. Undefined where the table names none. */
  file: string | undefined
  line: number | undefined
  /**
   * Address of the instruction, in all but the innermost frame of the call: one that stands for it, as calls that were
   * inlined have no instruction of their own (Go 1.12 and newer; the same in all frames before).
   */
  pc: number
  /** Line of the `func` keyword; undefined before Go 1.20. */
  startLine: number | undefined
  /** Number that marks functions which the runtime treats in a special way; undefined as `GoFunction.funcID`. */
  funcID: number | undefined
  /** Whether the function's code was inlined into that of the frame behind it. */
  inlined: boolean
  /** Entry address of the function whose code this is: the same for all frames of one instruction. */
  entry: number
}

/** Deeper than any compiler inlines; a chain beyond it is a loop in broken data. */
const MAX_DEPTH = 256

/** Frames of the instruction at `pc`, innermost first; the last is `func` itself. */
export function framesAt(data: PclntabData, func: GoFunction, pc: number): SourceFrame[] {
  const { inlining, readAddress } = data
  const frames: SourceFrame[] = []
  let location = func.location(pc)
  let position = pc
  const tree = inlining === undefined ? undefined : func.funcdataAddress(inlining.funcdata)
  if (inlining !== undefined && tree !== undefined && readAddress !== undefined) {
    let index = func.pcdata(inlining.pcdata, position) ?? -1
    while (index >= 0) {
      if (frames.length >= MAX_DEPTH) data.fail(`more than ${MAX_DEPTH} inlined calls at one instruction`, 0)
      const call = readCall(data, inlining, readAddress(tree + index * inlining.size, inlining.size), tree)
      frames.push({
        function: call.name,
        ...location,
        pc: position,
        startLine: call.startLine,
        funcID: call.funcID,
        inlined: true,
        entry: func.entry,
      })
      if (call.parentPc === undefined) {
        location = { file: func.fileByIndex(call.file), line: call.line }
        index = call.parent
      } else {
        position = func.entry + call.parentPc
        location = func.location(position)
        index = func.pcdata(inlining.pcdata, position) ?? -1
      }
    }
  }
  frames.push({
    function: func.name,
    ...location,
    pc: position,
    startLine: func.startLine,
    funcID: func.funcID,
    inlined: false,
    entry: func.entry,
  })
  return frames
}

interface InlinedCall {
  name: string
  funcID: number | undefined
  startLine: number | undefined
  /** Offset from the entry of an instruction whose position is the call's; undefined up to Go 1.11. */
  parentPc: number | undefined
  parent: number
  file: number
  line: number
}

function readCall(
  data: PclntabData,
  layout: InlineLayout,
  bytes: Uint8Array | undefined,
  address: number,
): InlinedCall {
  if (bytes === undefined || bytes.length < layout.size) {
    data.fail(`the inline tree at address 0x${address.toString(16)} cannot be read`, 0)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const i32 = (at: number) => view.getInt32(at, data.littleEndian)
  return {
    name: data.functionName(i32(layout.nameOff) >>> 0),
    funcID: layout.funcID === undefined ? undefined : bytes[layout.funcID],
    startLine: layout.startLine === undefined ? undefined : i32(layout.startLine),
    parentPc: layout.parentPc === undefined ? undefined : i32(layout.parentPc),
    parent: i32(INLINE_1_9_FIELDS.parent),
    file: i32(INLINE_1_9_FIELDS.file),
    line: i32(INLINE_1_9_FIELDS.line),
  }
}
