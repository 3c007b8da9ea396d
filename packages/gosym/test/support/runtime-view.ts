/** Our view of a function's tables, in the words of programs/runtime_view.go. */
import type { ArgumentPart, GoFunction, PclnTable } from '../../src/index.js'

/** What the program is to be asked, and what it should say. */
export interface RuntimeView {
  input: string
  rows: string[]
}

/** @param all whether Go 1.22 or newer runs, whose program tells more */
export function runtimeView(table: PclnTable, all: boolean): RuntimeView {
  const input: string[] = []
  const rows: string[] = []
  for (const func of table.functions()) {
    // The runtime throws when asked about padding.
    const end = [...func.lineRanges()].at(-1)?.end
    if (end === undefined) continue
    const hasSp = func.spDelta(func.entry) !== undefined
    input.push(`${func.entry} ${end} ${func.pcdataCount} ${hasSp ? 1 : 0}\n`)
    rows.push(`func\t${func.entry}`, ...pcdataRows(func), ...mapRows(func), ...(all ? otherRows(func) : []))
  }
  return { input: input.join(''), rows }
}

function* pcdataRows(func: GoFunction): Generator<string> {
  for (let table = -1; table < func.pcdataCount; table++) {
    const ranges = table < 0 ? [...func.spDeltaRanges()] : [...func.pcdataRanges(table)]
    if (ranges.length === 0 && table >= 0) yield `pcdata\t${func.entry}\t${table}\t-1`
    let last: number | undefined
    for (const { start, value } of ranges) {
      if (value !== last) yield `pcdata\t${start}\t${table}\t${value}`
      last = value
    }
  }
}

function* mapRows(func: GoFunction): Generator<string> {
  for (const [name, short] of [
    ['ArgsPointerMaps', 'args'],
    ['LocalsPointerMaps', 'locals'],
  ] as const) {
    let index = 0
    for (const map of func.pointerMaps(name)) yield `map\t${func.entry}\t${short}\t${index++}\t${map}`
  }
}

function* otherRows(func: GoFunction): Generator<string> {
  const { entry } = func
  for (const { offset, size, pointers } of func.stackObjects()) {
    yield `object\t${entry}\t${offset}\t${size}\t${pointers ?? ''}`
  }
  const defers = func.openDefers()
  if (defers !== undefined) yield `defers\t${entry}\t${defers.deferBitsOffset}\t${defers.slotsOffset}`
  const wrapped = func.wrappedFunction()
  if (wrapped !== undefined) yield `wraps\t${entry}\t${wrapped}`
  if (func.argumentInfo() === undefined) return
  const ranges = [...func.pcdataRanges(3)]
  let last: number | undefined
  for (const { start, value } of ranges.length > 0 ? ranges : [{ start: entry, value: -1 }]) {
    if (value !== last) yield `args\t${start}\t${argumentText(func.argumentInfo(start)!)}`
    last = value
  }
}

/** As a traceback prints them where the byte at each offset is the offset itself, on a little-endian machine. */
function argumentText(parts: ArgumentPart[]): string {
  return parts.map(partText).join(', ')
}

function partText(part: ArgumentPart): string {
  if (part.kind === 'aggregate') return `{${argumentText(part.parts)}}`
  if (part.kind !== 'value') return part.kind === 'more' ? '...' : '_'
  let value = 0n
  for (let index = part.size - 1; index >= 0; index--) value = value * 256n + BigInt(part.offset + index)
  return `0x${value.toString(16)}${part.live ? '' : '?'}`
}
