/**
 * From files back to code: which functions have instructions of which file. Made in one pass over all functions' tables of
 * files, the first time it is asked for. Go's debug/gosym (LineToPC) goes through the functions for each question.
 */
import { PCFILE } from './func-fields.js'
import { PcValueWalk } from './pc-value.js'
import type { PclntabData } from './pclntab-data.js'

/**
 * Runs that are walked for each byte of the table. Functions may share their tables of files, so there is no telling how
 * many there are; in real binaries there is one for every twenty bytes.
 */
const MAX_RUNS_PER_BYTE = 2

/** Where the name of a file stands -> the numbers of the functions in functab, ascending. */
export type FileIndex = ReadonlyMap<number, readonly number[]>

/** @throws FormatError where tables contradict themselves, or are shared without end */
export function indexFiles(data: PclntabData): FileIndex {
  const index = new Map<number, number[]>()
  const { functionCount, pctab, quantum, functab } = data.header
  const { cuOffset: cuField } = data.layout
  const bytes = data.pages.all()
  let runsLeft = bytes.length * MAX_RUNS_PER_BYTE
  for (let number = 0; number < functionCount; number++) {
    const func = data.func(number)
    if (func === undefined) continue
    const fields = func + data.entrySize
    const table = data.u32(fields + PCFILE)
    if (table === 0) continue
    const cuOffset = cuField === undefined ? undefined : data.u32(fields + cuField)
    const walk = new PcValueWalk(bytes, pctab + table, quantum)
    let last = -1
    while (walk.next()) {
      if (--runsLeft < 0) data.fail('more stretches of files than a table of this size can have', functab)
      // Mostly there is one file, or two in turn.
      const { value } = walk
      if (value === last) continue
      last = value
      const file = data.fileOffset(cuOffset, value)
      if (file === undefined) continue
      const functions = index.get(file)
      if (functions === undefined) index.set(file, [number])
      else if (functions.at(-1) !== number) functions.push(number)
    }
  }
  return index
}
