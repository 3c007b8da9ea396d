/** Go toolchains for tests on real binaries: the local one, and any version that the Go module proxy serves. */
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROGRAMS = fileURLToPath(new URL('../programs', import.meta.url))
const ORACLE = fileURLToPath(new URL('../oracle', import.meta.url))

/** Version of the Go on this machine (`1.26.8`), or undefined. */
export const LOCAL_GO: string | undefined = probe('go', ['env', 'GOVERSION'])?.replace(/^go/, '')

export const HAS_GCC = probe('gcc', ['--version']) !== undefined

/** Whether a program is installed. */
export const has = (command: string): boolean => probe(command, ['--version']) !== undefined

export const HAS_READELF = probe('readelf', ['--version']) !== undefined

/** Whether this is a run over all that there is, rather than the quick one. */
export const MATRIX = process.env['GOSPY_GO_VERSIONS'] !== undefined

/** What GOSPY_GO_VERSIONS asks for (`1.2.2,1.19.13,1.27.4`), else the local toolchain alone. */
export const GO_VERSIONS: readonly string[] =
  LOCAL_GO === undefined ? [] : (process.env['GOSPY_GO_VERSIONS']?.split(',').filter(Boolean) ?? [LOCAL_GO])

export const minorOf = (version: string): number => Number(version.split('.')[1])

function probe(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, GOTOOLCHAIN: 'local' },
    }).trim()
  } catch {
    // Not installed: what the callers ask.
    return undefined
  }
}

/** Programs whose answers are kept: tests look at a few in several ways. */
const MAX_ANSWERS = 8

/** A folder that `remove` deletes, with what was built in it. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'gosym-'))
  readonly #roots = new Map<string, string>()
  readonly #built = new Set<string>()
  readonly #answers = new Map<string, string>()
  #oracle: string | undefined

  /** Builds a program from sources in `programs/`, with cgo off unless it is asked for, and returns its path. */
  build(
    version: string,
    sources: readonly string[],
    options: { os?: string; arch?: string; flags?: readonly string[]; cgo?: boolean; cc?: string | undefined } = {},
  ): string {
    const { os = 'linux', arch = 'amd64', flags = [], cgo = false, cc } = options
    const root = this.#root(version)
    const output = join(
      this.folder,
      [version, os, arch, cgo ? 'cgo' : 'go', ...sources, ...flags].join('_').replace(/[^\w.-]/g, '-'),
    )
    if (this.#built.has(output)) return output
    execFileSync(join(root, 'bin/go'), ['build', ...flags, '-o', output, ...sources], {
      cwd: PROGRAMS,
      stdio: 'pipe',
      env: {
        ...process.env,
        GOROOT: root,
        GOARCH: arch,
        GOOS: os,
        GOPATH: join(this.folder, 'gopath'),
        GOFLAGS: '',
        GOENV: 'off',
        GOTOOLCHAIN: 'local',
        GO111MODULE: 'off',
        CGO_ENABLED: cgo ? '1' : '0',
        ...(cc !== undefined && { CC: cc }),
      },
    })
    this.#built.add(output)
    return output
  }

  /** The folder of a toolchain. */
  goroot(version: string): string {
    return this.#root(version)
  }

  /** What `go tool NAME` of the local Go prints. */
  tool(name: string, args: readonly string[], input?: string): string {
    return execFileSync('go', ['tool', name, ...args], {
      input: input ?? '',
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      env: localEnv(),
    })
  }

  /** As `tool`, into a file, whose path is returned. */
  toolFile(name: string, args: readonly string[]): string {
    const path = join(this.folder, `${name}.txt`)
    const file = openSync(path, 'w')
    try {
      execFileSync('go', ['tool', name, ...args], { stdio: ['ignore', file, 'pipe'], env: localEnv() })
    } finally {
      closeSync(file)
    }
    return path
  }

  /** What Go's debug/elf, debug/gosym and debug/buildinfo say about a binary: see oracle/main.go. */
  oracle(binary: string, quantum: number): string {
    if (this.#oracle === undefined) {
      this.#oracle = join(this.folder, 'oracle')
      const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' }
      execFileSync('go', ['build', '-o', this.#oracle, '.'], { cwd: ORACLE, stdio: 'pipe', env })
    }
    let answers = this.#answers.get(binary)
    if (answers === undefined) {
      answers = execFileSync(this.#oracle, [binary, String(quantum)], { encoding: 'utf8', maxBuffer: 1 << 30 })
      // Not all of a matrix.
      if (this.#answers.size === MAX_ANSWERS) this.#answers.clear()
      this.#answers.set(binary, answers)
    }
    return answers
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #root(version: string): string {
    let root = this.#roots.get(version)
    if (root === undefined) {
      root =
        version === LOCAL_GO
          ? execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8', env: localEnv() }).trim()
          : download(version)
      this.#roots.set(version, root)
    }
    return root
  }
}

const localEnv = () => ({ ...process.env, GOTOOLCHAIN: 'local' })

/** The toolchain as a module, from the module cache or the proxy. Modules carry no executable bits. */
function download(version: string): string {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const module = `golang.org/toolchain@v0.0.1-go${version}.linux-${arch}`
  const json = execFileSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: localEnv(),
  })
  const root = (JSON.parse(json) as { Dir: string }).Dir
  const tools = join(root, 'pkg/tool')
  for (const folder of [join(root, 'bin'), ...readdirSync(tools).map((name) => join(tools, name))]) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if ((statSync(path).mode & 0o111) === 0) chmodSync(path, 0o755)
    }
  }
  return root
}
