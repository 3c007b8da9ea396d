/** The output of oracle/main.go, as values. */
import { readFileSync } from 'node:fs'
import type { ReadAddress } from '../../src/index.js'

interface OracleFunction {
  entry: number
  end: number
  name: string
  package: string
  receiver: string
  base: string
  /** pc, line (0: none), file (empty: none), each valid up to the pc of the next. */
  lines: { pc: number; line: number; file: string }[]
}

export interface OracleModule {
  Path: string
  Version?: string
  Sum?: string
  Replace?: OracleModule
}

export interface OracleAnswers {
  section: string
  pclntab: Uint8Array
  textStart: number
  goFunc: number | undefined
  readAddress: ReadAddress
  functions: OracleFunction[]
  /** Addresses of package runtime's symbols, without its name. */
  symbols: Map<string, number>
  /** Offsets of the fields of runtime.moduledata, its size as `(size)`; empty where there is no DWARF for it. */
  moduleFields: Map<string, number>
  buildInfo:
    | {
        GoVersion: string
        Path?: string
        Main?: OracleModule
        Deps?: OracleModule[]
        Settings?: { Key: string; Value: string }[]
      }
    | undefined
}

export function readAnswers(text: string, binary: string): OracleAnswers {
  const bytes = new Uint8Array(readFileSync(binary))
  const segments: { address: number; offset: number; size: number }[] = []
  const answers: OracleAnswers = {
    section: '',
    pclntab: bytes,
    textStart: 0,
    goFunc: undefined,
    functions: [],
    symbols: new Map(),
    moduleFields: new Map(),
    buildInfo: undefined,
    readAddress(address, length) {
      const segment = segments.find((one) => address >= one.address && address + length <= one.address + one.size)
      if (segment === undefined) return undefined
      const start = address - segment.address + segment.offset
      return bytes.subarray(start, start + length)
    },
  }
  const hex = (digits: string | undefined) => Number.parseInt(digits!, 16)
  for (const row of text.split('\n')) {
    const [kind, ...columns] = row.split('\t')
    switch (kind) {
      case 'section':
        answers.section = columns[0]!
        answers.pclntab = bytes.subarray(hex(columns[1]), hex(columns[1]) + hex(columns[2]))
        break
      case 'text':
        answers.textStart = hex(columns[0])
        break
      case 'gofunc':
        answers.goFunc = hex(columns[0])
        break
      case 'symbol':
        answers.symbols.set(columns[1]!, hex(columns[0]))
        break
      case 'field':
        answers.moduleFields.set(columns[1]!, hex(columns[0]))
        break
      case 'segment':
        segments.push({ address: hex(columns[0]), offset: hex(columns[1]), size: hex(columns[2]) })
        break
      case 'func': {
        const [entry, end, name, pkg, receiver, base] = columns
        answers.functions.push({
          entry: hex(entry),
          end: hex(end),
          name: name!,
          package: pkg!,
          receiver: receiver!,
          base: base!,
          lines: [],
        })
        break
      }
      case 'line':
        answers.functions.at(-1)!.lines.push({ pc: hex(columns[0]), line: Number(columns[1]), file: columns[2]! })
        break
      case 'buildinfo':
        answers.buildInfo = JSON.parse(columns[0]!)
        break
    }
  }
  return answers
}
