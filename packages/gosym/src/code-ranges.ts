/** Stretches of a function's instructions for which something is the same: a line, or the value of a pc-value table. */
import type { PcValueWalk } from './pc-value.js'

/** A stretch of instructions that came from one source line. */
export interface LineRange {
  /** Address of the first instruction. */
  start: number
  /** Address behind the last instruction. */
  end: number
  /** Undefined where the table names none. */
  file: string | undefined
  line: number | undefined
}

/** A stretch of instructions for which a table has one value. */
export interface ValueRange {
  /** Address of the first instruction. */
  start: number
  /** Address behind the last instruction. */
  end: number
  value: number
}

/** The runs of one table, at the addresses of the function that begins at `entry`; nothing where there is no table. */
export function* valueRanges(entry: number, walk: PcValueWalk | undefined): Generator<ValueRange, void, undefined> {
  while (walk?.next()) {
    const { start, end, value } = walk
    yield { start: entry + start, end: entry + end, value }
  }
}

/**
 * The runs of two tables together. Where the lines end, there is no more.
 * @param fileName of a number in the table of files
 */
export function* lineRanges(
  entry: number,
  lines: PcValueWalk | undefined,
  files: PcValueWalk | undefined,
  fileName: (index: number) => string | undefined,
): Generator<LineRange, void, undefined> {
  if (lines === undefined) return
  let moreFiles = files?.next() ?? false
  let file: string | undefined
  // The end of the run that it is the file of: most have many lines.
  let fileEnd = 0
  while (lines.next()) {
    let start = lines.start
    while (start < lines.end) {
      while (moreFiles && files!.end <= start) moreFiles = files!.next()
      if (!moreFiles) file = undefined
      else if (files!.end !== fileEnd) {
        file = fileName(files!.value)
        fileEnd = files!.end
      }
      const end = moreFiles ? Math.min(lines.end, fileEnd) : lines.end
      yield { start: entry + start, end: entry + end, file, line: lineNumber(lines.value) }
      start = end
    }
  }
}

/** Lines count from 1; the tables hold -1 and 0 where there is none. */
export function lineNumber(value: number | undefined): number | undefined {
  return value === undefined || value <= 0 ? undefined : value
}
