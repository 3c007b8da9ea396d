/**
 * Go's own tools, `go tool nm`, `objdump` and `addr2line`, on a large program: the go command itself of each version named in
 * GOSPY_GO_VERSIONS; without that, a small program of the local Go's. They take functions from the linker's symbols, lines from
 * debug/gosym, and instructions from a disassembler.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGoTables, type GoFunction, type PclnTable } from '../src/index.js'
import { elfRegions } from './support/elf-regions.js'
import { compareWithAddr2line, instructions, nameOfSymbol, textSymbols } from './support/go-tools.js'
import { GO_VERSIONS, LOCAL_GO, MATRIX, minorOf, Workshop } from './support/toolchains.js'

const REPORT = process.env['GOSPY_REPORT'] !== undefined

/** Before, debug/gosym misses the last file (oracle/main.go, countLastFile), and the loader's relocations are missing. */
const VERSIONS = GO_VERSIONS.filter((version) => minorOf(version) >= 8)

/** Symbols that stand for no function: where the text begins and ends, and sections of C objects that Go's linker took. */
const NO_FUNCTION = /^runtime\.e?text$|\(\.text(?:\.\w+)?\)$/

/**
 * Code of C, and what the linker made, has no tables. The runtime says so too (pcvalue in runtime/symtab.go), while debug/gosym reads
 * whatever stands at offset 0.
 */
const hasLines = (func: GoFunction) => func.lineRanges().next().done !== true

describe.skipIf(LOCAL_GO === undefined)(
  'large programs as Go’s tools read them (skipped without Go)',
  { timeout: 900_000 },
  () => {
    const workshop = new Workshop()
    afterAll(() => workshop.remove())

    describe.each([...VERSIONS])('Go %s', (version) => {
      let binary: string
      let table: PclnTable
      beforeAll(() => {
        binary = MATRIX ? join(workshop.goroot(version), 'bin/go') : workshop.build(version, ['hello.go'])
        table = findGoTables(elfRegions(binary))!.table
      })

      it('have the functions of go tool nm, as long as they are there', () => {
        const symbols = textSymbols(workshop.tool('nm', ['-size', binary]))
        const named = new Set<number>()
        const differences: unknown[] = []
        let lengths = 0
        for (const { name, address, size } of symbols) {
          if (NO_FUNCTION.test(name)) continue
          const func = table.functionAt(address)
          if (func === undefined || func.entry !== address || !nameOfSymbol(name, func.name)) {
            differences.push({ name, ours: func?.name })
            continue
          }
          named.add(address)
          if (!hasLines(func)) continue
          // What comes behind is padding.
          const end = [...func.lineRanges()].at(-1)!.end
          lengths++
          if (end !== address + size) differences.push({ name, size, ours: end - address })
        }
        const functions = [...table.functions()]
        for (const { name, entry } of functions) if (!named.has(entry)) differences.push({ ours: name })
        if (REPORT)
          console.log(version, 'nm:', symbols.length, 'symbols', functions.length, 'functions', lengths, 'lengths')
        expect(differences.slice(0, 10)).toEqual([])
        expect(lengths).toBeGreaterThan(functions.length - 60)
      })

      it('have the function, file and line of go tool objdump at every instruction', () => {
        const differences: unknown[] = []
        const counts = { instructions: 0, withoutLines: 0 }
        let func: GoFunction | undefined
        let isTold = false
        for (const { symbol, pc, file, line } of instructions(workshop.toolFile('objdump', [binary]))) {
          counts.instructions++
          const found = table.functionAt(pc)
          if (found === undefined) {
            differences.push({ pc, symbol })
            continue
          }
          if (found.entry !== func?.entry) {
            func = found
            isTold = hasLines(func)
            if (!NO_FUNCTION.test(symbol) && !nameOfSymbol(symbol, func.name))
              differences.push({ symbol, ours: func.name })
          }
          if (!isTold) counts.withoutLines++
          const ours = found.location(pc)
          const [expectedFile, expectedLine] = isTold ? [file, line] : ['.', 0]
          if ((ours.file?.split('/').at(-1) ?? '.') !== expectedFile || (ours.line ?? 0) !== expectedLine) {
            differences.push({ pc, symbol, file, line, ours })
          }
        }
        if (REPORT) console.log(version, 'objdump:', counts)
        expect(differences.slice(0, 10)).toEqual([])
        expect(counts.instructions).toBeGreaterThan(MATRIX ? 700_000 : 100_000)
        expect(counts.withoutLines).toBeLessThan(2000)
      })

      it('have those of go tool addr2line wherever the line changes', () => {
        const { differences, addresses } = compareWithAddr2line(table, (input) =>
          workshop.tool('addr2line', [binary], input),
        )
        if (REPORT) console.log(version, 'addr2line:', addresses, 'addresses')
        expect(differences.slice(0, 10)).toEqual([])
        expect(addresses).toBeGreaterThan(MATRIX ? 100_000 : 10_000)
      })
    })
  },
)
