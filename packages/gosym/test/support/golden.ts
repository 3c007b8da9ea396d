/** The committed tables and the answers beside them: see make-golden.mjs. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { PclnTable, type PclnTableOptions } from '../../src/index.js'

export interface Golden {
  go: string
  arch: string
  quantum: number
  textStart: number
  functionCount: number
  functionsSha256: string
  linesSha256: string
  samples: { pc: number; function: string; line: number; file: string }[]
  spDeltas: [pc: number, spDelta: number][]
  /** Address of the table; only where inline trees, which newer linkers put into it, are looked at. */
  address?: number
  goFunc?: number
  framesSha256?: string
  frames?: string[]
  genericFrames?: string[]
}

export const GOLDEN_NAMES = [
  'go1.2.2-amd64',
  'go1.11.13-386',
  'go1.15.15-mips64',
  'go1.17.13-arm64',
  'go1.19.13-s390x',
  'go1.27.4-amd64',
] as const

export const goldenPath = (name: string): string => fileURLToPath(new URL(`../golden/${name}`, import.meta.url))

export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(brotliDecompressSync(readFileSync(goldenPath(`${name}.pclntab.br`))))
}

export function golden(name: string): Golden {
  return JSON.parse(readFileSync(goldenPath(`${name}.json`), 'utf8')) as Golden
}

/** Options with which everything that the table holds can be asked for. */
export function goldenOptions(bytes: Uint8Array, { go, textStart, address, goFunc }: Golden): PclnTableOptions {
  const readAddress = (at: number, length: number) => {
    const start = at - (address ?? 0)
    return start >= 0 && start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined
  }
  return { textStart, goVersion: go, goFunc, readAddress: address === undefined ? undefined : readAddress }
}

export function goldenTable(name: string): PclnTable {
  const bytes = goldenBytes(name)
  return PclnTable.parse(bytes, goldenOptions(bytes, golden(name)))
}
