/** values.go built by another version of Go and running, for the comparison that takes minutes. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MemoryReader } from '@gospy/bytes'
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'

/** A running program: what a stopped one has, and how to end it. */
export interface RunningProgram {
  readonly dwarf: Dwarf
  readonly memory: MemoryReader & { reads: number }
  readonly golden: string
  end(): void
}

class ProcessMemory implements MemoryReader {
  readonly #file: number
  reads = 0

  constructor(pid: number) {
    this.#file = openSync(`/proc/${pid}/mem`, 'r')
  }

  read(address: number, into: Uint8Array): number {
    this.reads++
    try {
      return readSync(this.#file, into, 0, into.length, address)
    } catch {
      return 0
    }
  }

  readRanges(): void {
    throw new Error('not needed here')
  }
}

/** @param version `1.24.9`, or with an experiment `1.24.9+noswissmap` */
export async function runGo(version: string): Promise<RunningProgram> {
  const [toolchain, experiment = ''] = version.split('+')
  const folder = mkdtempSync(join(tmpdir(), 'dwarf-values-'))
  cpSync(fileURLToPath(new URL('../fixtures/source/values/values.go', import.meta.url)), join(folder, 'values.go'))
  writeFileSync(join(folder, 'go.mod'), 'module values\n\ngo 1.18\n')
  const env = { ...process.env, GOTOOLCHAIN: `go${toolchain}`, GOFLAGS: '', GOEXPERIMENT: experiment, CGO_ENABLED: '0' }
  execFileSync('go', ['build', '-o', 'values', 'values.go'], { cwd: folder, env, stdio: 'ignore' })
  const elf = openElf(join(folder, 'values'))
  const child = spawn(join(folder, 'values'), { stdio: ['pipe', 'pipe', 'ignore'] })
  let golden = ''
  for await (const chunk of child.stdout) {
    golden += chunk
    if (golden.endsWith('}\n')) break
  }
  return {
    dwarf: Dwarf.from((name) => elf.debugSection(name)),
    memory: new ProcessMemory(child.pid!),
    golden,
    end() {
      child.kill()
      rmSync(folder, { recursive: true })
    },
  }
}
