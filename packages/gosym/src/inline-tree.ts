/**
 * Calls that the compiler inlined: which source functions an instruction belongs to, as a chain for one instruction and as
 * the tree of a whole function.
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

/** A call that was inlined, with those inlined into it. */
export interface InlinedCall {
  /** Name of the function that was called, as the linker wrote it. */
  function: string
  /** Number that marks functions which the runtime treats in a special way; undefined before Go 1.12. */
  funcID: number | undefined
  /** Line of the `func` keyword; undefined before Go 1.20. */
  startLine: number | undefined
  /** Where the call stands in the source. Undefined where the table names none. */
  file: string | undefined
  line: number | undefined
  /** Address of an instruction that stands for the call (`parentPc`); undefined before Go 1.12. */
  callPc: number | undefined
  /** Where the instructions are that came from the called function itself, not from calls inlined into it. */
  ranges: { start: number; end: number }[]
  /** Calls inlined into this one, in the order in which the compiler made them. */
  calls: InlinedCall[]
}

/** Deeper than any compiler inlines; a chain beyond it is a loop in broken data. */
const MAX_DEPTH = 256

/** Frames of the instruction at `pc`, innermost first; the last is `func` itself. */
export function framesAt(data: PclntabData, func: GoFunction, pc: number): SourceFrame[] {
  const { inlining } = data
  const frames: SourceFrame[] = []
  let location = func.location(pc)
  let position = pc
  const tree = treeOf(data, func)
  if (inlining !== undefined && tree !== undefined) {
    let index = func.pcdata(inlining.pcdata, position) ?? -1
    while (index >= 0) {
      if (frames.length >= MAX_DEPTH) data.fail(`more than ${MAX_DEPTH} inlined calls at one instruction`, 0)
      const call = readCall(data, inlining, tree, index)
      frames.push({
        function: data.functionName(call.nameOff),
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

/**
 * The calls inlined into `func`, each with its own within. A tree does not say how many calls it has: those count that an
 * instruction belongs to, and those they were inlined into.
 */
export function inlineTree(data: PclntabData, func: GoFunction): InlinedCall[] {
  const { inlining } = data
  const tree = treeOf(data, func)
  if (inlining === undefined || tree === undefined) return []
  const ranges = [...func.pcdataRanges(inlining.pcdata)]
  // Looked up for every call: a walk each would take time that grows with the square of a broken table's size.
  const indexAt = lookupIn(ranges)
  const lineAt = lookupIn([...func.lineRanges()])
  const calls = new Map<number, { call: InlinedCall; parent: number }>()
  const visit = (first: number): InlinedCall => {
    for (let index = first; index >= 0 && !calls.has(index); ) {
      const raw = readCall(data, inlining, tree, index)
      const { parentPc } = raw
      const callPc = parentPc === undefined ? undefined : func.entry + parentPc
      const location = callPc === undefined ? { file: func.fileByIndex(raw.file), line: raw.line } : lineAt(callPc)
      const parent = callPc === undefined ? raw.parent : (indexAt(callPc)?.value ?? -1)
      const call: InlinedCall = {
        function: data.functionName(raw.nameOff),
        funcID: raw.funcID,
        startLine: raw.startLine,
        file: location?.file,
        line: location?.line,
        callPc,
        ranges: [],
        calls: [],
      }
      calls.set(index, { call, parent })
      index = parent
    }
    return calls.get(first)!.call
  }
  for (const { start, end, value } of ranges) {
    if (value >= 0) visit(value).ranges.push({ start, end })
  }
  const roots: InlinedCall[] = []
  let placed = 0
  const order = [...calls].sort(([a], [b]) => a - b)
  for (const [, { call, parent }] of order) (parent < 0 ? roots : calls.get(parent)!.call.calls).push(call)
  // Calls that are inlined into one another in a circle hang on no root.
  for (const open = [...roots]; open.length > 0; placed++) open.push(...open.pop()!.calls)
  if (placed !== calls.size) data.fail('calls are inlined into one another in a circle', 0)
  return roots
}

/** Finds the one of consecutive ranges that holds a pc. */
function lookupIn<T extends { start: number; end: number }>(ranges: readonly T[]): (pc: number) => T | undefined {
  return (pc) => {
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ranges[middle]!.end <= pc) low = middle + 1
      else high = middle
    }
    const range = ranges[low]
    return range !== undefined && range.start <= pc ? range : undefined
  }
}

/**
 * Whether what is where the function's inline tree should be looks like one: a name that begins where one does, a call from
 * within the function. Undefined where the function has none.
 */
export function isPlausibleTree(data: PclntabData, func: GoFunction): boolean | undefined {
  const { inlining, readAddress, pages } = data
  const address = inlining && func.funcdataAddress(inlining.funcdata)
  if (inlining === undefined || address === undefined || readAddress === undefined) return undefined
  for (const { value } of func.pcdataRanges(inlining.pcdata)) {
    if (value < 0) continue
    if (readAddress(address + value * inlining.size, inlining.size) === undefined) return false
    const { nameOff, parentPc } = readCall(data, inlining, address, value)
    const name = data.nameOffset(nameOff)
    // In the oldest format anything may come before a name.
    const isApart = () => nameOff === 0 || data.header.version === '1.2' || data.u8(name - 1) === 0
    const startsName = name < pages.size && data.u8(name) !== 0 && isApart()
    return startsName && (parentPc === undefined || (parentPc >= 0 && func.entry + parentPc < func.end))
  }
  return undefined
}

function treeOf({ inlining, readAddress }: PclntabData, func: GoFunction): number | undefined {
  return inlining === undefined || readAddress === undefined ? undefined : func.funcdataAddress(inlining.funcdata)
}

interface RawCall {
  nameOff: number
  funcID: number | undefined
  startLine: number | undefined
  /** Offset from the entry of an instruction whose position is the call's; undefined up to Go 1.11. */
  parentPc: number | undefined
  parent: number
  file: number
  line: number
}

function readCall(data: PclntabData, layout: InlineLayout, tree: number, index: number): RawCall {
  const bytes = data.readAddress?.(tree + index * layout.size, layout.size)
  if (bytes === undefined || bytes.length < layout.size) {
    data.fail(`the inline tree at address 0x${tree.toString(16)} cannot be read`, 0)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const i32 = (at: number) => view.getInt32(at, data.littleEndian)
  return {
    nameOff: i32(layout.nameOff) >>> 0,
    funcID: layout.funcID === undefined ? undefined : bytes[layout.funcID],
    startLine: layout.startLine === undefined ? undefined : i32(layout.startLine),
    parentPc: layout.parentPc === undefined ? undefined : i32(layout.parentPc),
    parent: i32(INLINE_1_9_FIELDS.parent),
    file: i32(INLINE_1_9_FIELDS.file),
    line: i32(INLINE_1_9_FIELDS.line),
  }
}
