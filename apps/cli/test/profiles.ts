/** Profiles, as gospy writes them. */
import { Buffer } from 'node:buffer'
import type { GoBinary, Snapshot } from '@gospy/goruntime'
import { writePprofProto, writePprofText } from '../src/render/dump-pprof.js'
import type { ProfiledProcess } from '../src/render/pprof-proto.js'
import type { PprofTextOptions } from '../src/render/pprof-text.js'
import type { Look } from './look.js'
import { collector } from './made-up.js'

export function pprofText(snapshot: Snapshot, options: PprofTextOptions = {}): string {
  const output = collector()
  writePprofText(output, snapshot, [...Array(snapshot.count).keys()], options)
  return output.text()
}

export function pprofBytes(go: ProfiledProcess, snapshot: Snapshot, depth?: number): Uint8Array {
  const chunks: Uint8Array[] = []
  const output = { ...collector(), write: (bytes: string | Uint8Array) => void chunks.push(Buffer.from(bytes)) }
  writePprofProto(output, go, snapshot, [...Array(snapshot.count).keys()], { depth })
  return Buffer.concat(chunks)
}

/** How many addresses of each stack a program's own profile keeps. */
export function ownDepth({ minor }: Pick<GoBinary, 'minor'>): number {
  return minor! >= 23 ? 128 : 32
}

/** The text that the process itself would print. */
export function ownProfile({ go, snapshot }: Look): string {
  return pprofText(snapshot, { program: go.program, depth: ownDepth(go.program) })
}
