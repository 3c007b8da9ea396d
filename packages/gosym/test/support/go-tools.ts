/** What `go tool nm`, `objdump` and `addr2line` print, as values. For large programs that is more than a string can hold: read by the line. */
import { closeSync, openSync, readSync } from 'node:fs'
import type { PclnTable } from '../../src/index.js'

export interface TextSymbol {
  address: number
  size: number
  name: string
}

/** Symbols of code in the output of `go tool nm -size`. */
export function textSymbols(output: string): TextSymbol[] {
  return output.split('\n').flatMap((row) => {
    const [, address, size, name] = /^\s*([0-9a-f]+)\s+(-?\d+) [Tt] (.*)$/.exec(row) ?? []
    return name === undefined ? [] : [{ address: Number.parseInt(address!, 16), size: Number(size), name }]
  })
}

/** The lines of a file. */
export function* linesOf(path: string): Generator<string, void, undefined> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(1 << 20)
    let rest = ''
    for (;;) {
      const count = readSync(file, chunk)
      if (count === 0) break
      // Names need not be ASCII, but lines end at a byte that is part of nothing else.
      const lines = (rest + chunk.toString('latin1', 0, count)).split('\n')
      rest = lines.pop()!
      for (const line of lines) yield Buffer.from(line, 'latin1').toString()
    }
    if (rest !== '') yield Buffer.from(rest, 'latin1').toString()
  } finally {
    closeSync(file)
  }
}

export interface Instruction {
  /** The symbol that holds it. */
  symbol: string
  pc: number
  /** Without its folders; `.` where there is none. */
  file: string
  line: number
}

/** Every instruction in the output of `go tool objdump`, in order. */
export function* instructions(path: string): Generator<Instruction, void, undefined> {
  let symbol = ''
  for (const row of linesOf(path)) {
    if (row.startsWith('TEXT ')) {
      symbol = row.slice(5, row.lastIndexOf('(SB)'))
      continue
    }
    const [, file, line, pc] = /^ {2}(.*):(-?\d+)\t+0x([0-9a-f]+)\t/.exec(row) ?? []
    if (pc !== undefined) yield { symbol, pc: Number.parseInt(pc, 16), file: file!, line: Number(line) }
  }
}

/**
 * Whether a symbol is that of a function with this name. The linker writes dots for the middle dots that the compiler puts into names
 * of local types, the ABI behind a name that there is twice, and from Go 1.18 to 1.20 `[...]` for type arguments, into the table
 * alone (cmd/link/internal/ld: elf.go, pcln.go; cmd/internal/objfile leaves both as they are).
 */
export function nameOfSymbol(symbol: string, name: string): boolean {
  const plain = symbol.replace(/\.abi(?:0|internal)$/, '')
  if (plain === name) return true
  const parts = name.replaceAll('·', '.').split('[...]')
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\[.*\\]')
  return new RegExp(`^${pattern}$`).test(plain)
}

/**
 * Function, file and line of `go tool addr2line` at the beginning of every stretch of lines.
 * @param ask gives the tool its input, and returns its output
 */
export function compareWithAddr2line(
  table: PclnTable,
  ask: (input: string) => string,
): { addresses: number; differences: unknown[] } {
  const pcs = [...table.functions()].flatMap((func) => Array.from(func.lineRanges(), ({ start }) => start))
  const rows = ask(pcs.map((pc) => `${pc.toString(16)}\n`).join('')).split('\n')
  const differences: unknown[] = []
  for (const [index, pc] of pcs.entries()) {
    const { function: name, file, line } = table.lookup(pc)!
    const place = `${file ?? '?'}:${line ?? 0}`
    const theirs = rows.slice(index * 2, index * 2 + 2)
    if (name !== theirs[0] || place !== theirs[1]) differences.push({ pc, ours: [name, place], theirs })
  }
  return { addresses: pcs.length, differences }
}
