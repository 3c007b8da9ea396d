/** Comparison of a whole table with what Go's debug/gosym says: every function, every instruction address. */
import { expect } from 'vitest'
import type { GoFunction, PclnTable } from '../../src/index.js'
import type { OracleAnswers } from './oracle-answers.js'
import { MATRIX } from './toolchains.js'

/** Numbers of what was compared, for the reports of matrix runs. */
export interface Compared {
  functions: number
  addresses: number
}

export function expectSameAsGosym(table: PclnTable, answers: OracleAnswers): Compared {
  const ours = [...table.functions()]
  expect(ours.map(({ entry, end, name }) => ({ entry, end, name }))).toEqual(
    answers.functions.map(({ entry, end, name }) => ({ entry, end, name })),
  )
  expect(table.minPc).toBe(answers.functions[0]!.entry)
  expect(table.maxPc).toBe(answers.functions.at(-1)!.end)

  let addresses = 0
  let withoutLines = 0
  const differences: string[] = []
  const { quantum } = table
  for (const [index, expected] of answers.functions.entries()) {
    let row = 0
    // Functions that the linker made have no tables (offset 0). The runtime says so too (pcvalue in runtime/symtab.go);
    // debug/gosym reads whatever stands at offset 0.
    const hasNoLines = ours[index]!.lineRanges().next().done === true
    if (hasNoLines) withoutLines++
    for (const pc of MATRIX ? everyPc(expected, quantum) : edges(expected.lines, ours[index]!, quantum)) {
      while (expected.lines[row + 1] !== undefined && expected.lines[row + 1]!.pc <= pc) row++
      const { line, file } = expected.lines[row]!
      const found = table.lookup(pc)
      addresses++
      const same =
        found?.entry === expected.entry &&
        found.function === expected.name &&
        (hasNoLines
          ? found.line === undefined && found.file === undefined
          : (found.line ?? 0) === line && (found.file ?? '') === file)
      if (!same && differences.length < 10) {
        differences.push(`0x${pc.toString(16)} ${JSON.stringify(found)}, gosym: ${expected.name} ${file}:${line}`)
      }
    }
  }
  expect(differences).toEqual([])
  // `go.buildid` and the like: never more than a handful.
  expect(withoutLines).toBeLessThan(10)
  return { functions: ours.length, addresses }
}

function* everyPc({ entry, end }: { entry: number; end: number }, quantum: number): Generator<number, void, undefined> {
  for (let pc = entry; pc < end; pc += quantum) yield pc
}

/**
 * Where debug/gosym has a new line, where we have one, and the addresses before: in between neither changes, as
 * `expectLineRangesLikeFileLine` sees to.
 */
function edges(lines: { pc: number }[], func: GoFunction, quantum: number): number[] {
  const starts = [...lines.map(({ pc }) => pc), ...Array.from(func.lineRanges(), ({ start }) => start)]
  const pcs = new Set(starts.flatMap((pc) => (pc === func.entry ? [pc] : [pc - quantum, pc])))
  return [...pcs].sort((a, b) => a - b)
}

/** lineRanges must tell the same as fileLine at both ends of each stretch, without a gap. */
export function expectLineRangesLikeFileLine(table: PclnTable): void {
  const differences: unknown[] = []
  for (const func of table.functions()) {
    let next = func.entry
    for (const range of func.lineRanges()) {
      const { start, end, file, line } = range
      if (start !== next || end <= start || end > func.end) differences.push({ func: func.name, next, range })
      next = end
      for (const pc of [start, end - table.quantum]) {
        const found = table.fileLine(pc)!
        if (found.file !== file || found.line !== line) differences.push({ pc, found, range })
      }
    }
  }
  expect(differences.slice(0, 10)).toEqual([])
}
