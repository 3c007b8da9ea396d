/**
 * Makes the committed tables and what Go's own tools say about them: `node make-golden.mjs`, as root (Go before 1.5 writes the
 * path of the sources into the binary, so they are put where no machine's paths show). Needs Go, readelf and the Go
 * module proxy; takes a minute. For each table:
 *
 *   NAME.pclntab.br  the section `.gopclntab`, compressed
 *   NAME.json        textStart and goFunc (symbols), SHA-256 of what oracle/main.go says about every function and line,
 *                    a sample of it in clear, SP deltas of `.debug_frame` as readelf interprets it, and for the newest
 *                    what the runtime itself says about inlined calls (programs/self.go)
 *
 * buildinfo.json: `.go.buildinfo` sections with the answers of debug/buildinfo; and moduledata.json: by Go version and
 * architecture the fields of the type runtime.moduledata, as debug/dwarf reads it. `node make-golden.mjs moduledata` makes
 * that one alone.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const TABLES = [
  { go: '1.2.2', arch: 'amd64', quantum: 1, pushedByCall: 8, sources: ['hello.go'] },
  { go: '1.11.13', arch: '386', quantum: 1, pushedByCall: 4, sources: ['hello.go'] },
  { go: '1.15.15', arch: 'mips64', quantum: 4, pushedByCall: 0, sources: ['hello.go'] },
  { go: '1.17.13', arch: 'arm64', quantum: 4, pushedByCall: 0, sources: ['hello.go'] },
  { go: '1.19.13', arch: 's390x', quantum: 2, pushedByCall: 0, sources: ['hello.go'] },
  {
    go: '1.27.4',
    arch: 'amd64',
    quantum: 1,
    pushedByCall: 8,
    sources: ['hello.go', 'self.go', 'generics.go', 'generics_1.27.go'],
    self: true,
  },
]
const BUILD_INFOS = [
  { go: '1.13.15', arch: 'amd64' },
  { go: '1.17.13', arch: 's390x' },
  { go: '1.18.10', arch: '386' },
  { go: '1.27.4', arch: 'amd64', experiment: 'nojsonv2' },
]
const SAMPLES = 60

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'gosym-golden-'))
const sources = '/usr/local/src/gosym'
const local = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '' }
const minor = (version) => Number(version.split('.')[1])

function toolchain(version) {
  const module = `golang.org/toolchain@v0.0.1-go${version}.linux-amd64`
  const root = JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { cwd: work, env: local })).Dir
  const tools = join(root, 'pkg/tool')
  for (const folder of [join(root, 'bin'), ...readdirSync(tools).map((name) => join(tools, name))]) {
    for (const name of readdirSync(folder)) {
      if ((statSync(join(folder, name)).mode & 0o111) === 0) chmodSync(join(folder, name), 0o755)
    }
  }
  return root
}

/** Flags that keep this machine's paths out of the tables; Go before 1.5 has none. */
function trimPath(go, folder) {
  if (minor(go) >= 13) return ['-trimpath']
  // Before Go 1.10 flags are for all packages anyway.
  const all = minor(go) < 10 ? '' : 'all='
  return minor(go) < 5 ? [] : [`-gcflags=${all}-trimpath=${folder}`, `-asmflags=${all}-trimpath=${folder}`]
}

function build({ go, arch, experiment }, args, cwd, modules) {
  const root = toolchain(go)
  const output = join(work, `${go}-${arch}-${modules ? 'module' : 'table'}`)
  const trim = modules ? [] : trimPath(go, cwd)
  execFileSync(join(root, 'bin/go'), ['build', ...trim, '-o', output, ...args], {
    cwd,
    stdio: 'inherit',
    env: {
      PATH: process.env.PATH,
      HOME: work,
      GOROOT: root,
      GOROOT_FINAL: '/usr/local/go',
      GOPATH: join(work, 'gopath'),
      GOCACHE: join(work, 'cache', go),
      GOOS: 'linux',
      GOARCH: arch,
      GOEXPERIMENT: experiment ?? '',
      GOENV: 'off',
      GOFLAGS: '',
      GOPROXY: 'off',
      GONOSUMDB: '*',
      GOTOOLCHAIN: 'local',
      GO111MODULE: modules ? 'on' : 'off',
      CGO_ENABLED: '0',
    },
  })
  return output
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const sample = (rows) => rows.filter((_, index) => index % Math.ceil(rows.length / SAMPLES) === 0)
const hexColumn = (rows, kind) =>
  Number.parseInt(rows.find((row) => row.startsWith(`${kind}\t`))?.split('\t')[1] ?? '', 16)

function makeTable(table, oracle) {
  const binary = build(table, table.sources, sources, false)
  const rows = execFileSync(oracle, [binary, String(table.quantum)], { encoding: 'utf8', maxBuffer: 1 << 30 }).split(
    '\n',
  )
  const [, , offset, size] = rows.find((row) => row.startsWith('section\t')).split('\t')
  const start = Number.parseInt(offset, 16)
  const bytes = readFileSync(binary).subarray(start, start + Number.parseInt(size, 16))

  // The linker's own symbols have no tables; debug/gosym gives them what stands at offset 0.
  const functions = []
  const lines = []
  const samples = []
  let name = ''
  for (const row of rows) {
    const [kind, ...columns] = row.split('\t')
    if (kind === 'func') {
      name = columns[2]
      functions.push(columns.slice(0, 3).join('\t'))
    } else if (kind === 'line' && !/^go[.:]/.test(name)) {
      lines.push(columns.join('\t'))
      samples.push({ pc: Number.parseInt(columns[0], 16), function: name, line: Number(columns[1]), file: columns[2] })
    }
  }
  const golden = {
    go: `go${table.go}`,
    arch: table.arch,
    quantum: table.quantum,
    textStart: hexColumn(rows, 'text'),
    functionCount: functions.length,
    functionsSha256: sha256(functions.join('\n')),
    linesSha256: sha256(lines.join('\n')),
    samples: sample(samples),
    spDeltas: sample(spDeltas(binary, table)),
  }
  if (table.self) {
    const goFunc = hexColumn(rows, 'gofunc')
    const symbols = execFileSync('readelf', ['-SW', binary], { encoding: 'utf8' })
    golden.address = Number.parseInt(/\.gopclntab\s+\S+\s+([0-9a-f]+)/.exec(symbols)[1], 16)
    golden.goFunc = goFunc
    const said = spawnSync(binary, [], { encoding: 'utf8', maxBuffer: 1 << 30 }).stderr.split('\n')
    // Without the program's own output, and the name at offset 0, which the runtime takes for none.
    const frames = said.filter((row) => /^\d+\t[^\t]/.test(row))
    golden.framesSha256 = sha256(frames.join('\n'))
    golden.frames = sample(frames)
    golden.genericFrames = [...new Set(frames.map((row) => row.split('\t')[1]).filter((text) => text.includes('[')))]
  }
  const base = here(`./golden/go${table.go}-${table.arch}`)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }
  writeFileSync(`${base}.pclntab.br`, brotliCompressSync(bytes, quality))
  writeFileSync(`${base}.json`, `${JSON.stringify(golden, null, 1)}\n`)
  console.log(base, bytes.length, functions.length, lines.length)
}

/** The first row of a function and the last byte are left out: see test/support/debug-frame.ts. */
function spDeltas(binary, { go, pushedByCall }) {
  if (minor(go) < 4) return []
  const text = execFileSync('readelf', ['-W', '--debug-dump=frames-interp', binary], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const rows = []
  let end = 0
  for (const line of text.split('\n')) {
    const header = /FDE .*pc=[0-9a-f]+\.\.([0-9a-f]+)/.exec(line)
    if (header !== null) end = Number.parseInt(header[1], 16)
    const row = /^([0-9a-f]{8,16})\s+\S+\+(\d+)\b/.exec(line)
    if (row === null || end === 0 || Number.parseInt(row[1], 16) === end - 1) continue
    rows.push([Number.parseInt(row[1], 16), Number(row[2]) - pushedByCall])
  }
  return rows
}

function makeBuildInfo(target, oracle) {
  const folder = join(work, 'module')
  cpSync(here('./programs/module'), folder, { recursive: true })
  const args = minor(target.go) >= 18 ? ['-ldflags=-X "main.greeting=good morning"', '.'] : ['.']
  const binary = build(target, args, folder, true)
  const rows = execFileSync(oracle, [binary, '4'], { encoding: 'utf8', maxBuffer: 1 << 30 }).split('\n')
  const sections = execFileSync('readelf', ['-SW', binary], { encoding: 'utf8' })
  const [, address, offset, size] = /\.go\.buildinfo\s+\S+\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)/.exec(sections)
  const file = readFileSync(binary)
  const start = Number.parseInt(offset, 16)
  const section = file.subarray(start, start + Number.parseInt(size, 16))
  const golden = {
    go: target.go,
    arch: target.arch,
    address: Number.parseInt(address, 16),
    section: section.toString('base64'),
    memory: [],
    answer: JSON.parse(rows.find((row) => row.startsWith('buildinfo\t')).split('\t')[1]),
  }
  if ((section[15] & 2) === 0) {
    // What the pointers lead to: a string header each, and its text.
    const segments = rows
      .filter((row) => row.startsWith('segment\t'))
      .map((row) =>
        row
          .split('\t')
          .slice(1)
          .map((digits) => Number.parseInt(digits, 16)),
      )
    const read = (at, length) => {
      const [from, position] = segments.find(([from, , size]) => at >= from && at + length <= from + size)
      const bytes = file.subarray(at - from + position, at - from + position + length)
      golden.memory.push({ address: at, bytes: bytes.toString('base64') })
      return bytes
    }
    const word = (bytes, at) => Number(section[15] & 1 ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at))
    for (const at of [16, 24]) {
      const header = read(word(section, at), 16)
      read(word(header, 0), word(header, 8))
    }
  }
  return golden
}

/** Offsets of the fields and the size, of every version that has the structure. */
function makeModuleData(oracle) {
  const versions = JSON.parse(readFileSync(here('../../../fixtures/versions.json'), 'utf8'))
  const golden = {}
  for (const [short, go] of Object.entries(versions)) {
    if (!/^1\.\d+$/.test(short) || minor(short) < 5) continue
    golden[short] = {}
    for (const [arch, quantum] of [
      ['amd64', 1],
      ['386', 1],
    ]) {
      const binary = build({ go, arch }, ['hello.go'], sources, false)
      const rows = execFileSync(oracle, [binary, String(quantum)], { encoding: 'utf8', maxBuffer: 1 << 30 }).split('\n')
      const fields = rows.filter((row) => row.startsWith('field\t')).map((row) => row.split('\t'))
      golden[short][arch] = Object.fromEntries(
        fields
          .filter(([, , name]) => name !== 'NotInHeap')
          .map(([, offset, name]) => [name, Number.parseInt(offset, 16)]),
      )
    }
  }
  writeFileSync(here('./golden/moduledata.json'), `${JSON.stringify(golden, null, 1)}\n`)
}

const oracle = join(work, 'oracle')
execFileSync('go', ['build', '-o', oracle, '.'], { cwd: here('./oracle'), env: local })
try {
  mkdirSync(sources, { recursive: true })
  for (const name of readdirSync(here('./programs'))) {
    if (name.endsWith('.go')) cpSync(here(`./programs/${name}`), join(sources, name))
  }
  makeModuleData(oracle)
  if (process.argv[2] !== 'moduledata') {
    for (const table of TABLES) makeTable(table, oracle)
    const infos = BUILD_INFOS.map((target) => makeBuildInfo(target, oracle))
    writeFileSync(here('./golden/buildinfo.json'), `${JSON.stringify(infos, null, 1)}\n`)
  }
} finally {
  rmSync(sources, { recursive: true, force: true })
  execFileSync('chmod', ['-R', 'u+w', work])
  rmSync(work, { recursive: true, force: true })
}
