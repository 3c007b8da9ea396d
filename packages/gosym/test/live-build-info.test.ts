/**
 * Build info of binaries built here, as text, against `go version -m` of the local Go: replaced modules, quoted settings, cgo,
 * workspaces, FIPS. Older versions: the committed sections in build-info.test.ts.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGoTables, formatModuleInfo, parseModuleInfo } from '../src/index.js'
import { elfRegions } from './support/elf-regions.js'
import { HAS_GCC, LOCAL_GO, MATRIX, minorOf, PROGRAMS } from './support/toolchains.js'

const FIPS = LOCAL_GO !== undefined && minorOf(LOCAL_GO) >= 24

describe.skipIf(LOCAL_GO === undefined)('build info as text (skipped without Go)', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gosym-buildinfo-'))
  beforeAll(() => cpSync(join(PROGRAMS, 'module'), folder, { recursive: true }))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const go = (args: string[], env: Record<string, string> = {}) =>
    execFileSync('go', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GOPROXY: 'off', CGO_ENABLED: '0', ...env },
    })

  function expectAsGo(args: string[], env: Record<string, string> = {}): ReturnType<typeof findGoTables> {
    const binary = join(folder, 'program')
    go(['build', ...args, '-o', binary, '.'], env)
    const tables = findGoTables(elfRegions(binary))!
    const info = tables.buildInfo!
    const text = formatModuleInfo(info)
    const indented = text.trimEnd().replaceAll(/^/gm, '\t')
    expect(`${binary}: ${info.goVersion}\n${indented}\n`).toBe(go(['version', '-m', binary]))
    const { goVersion: _, ...module } = info
    expect(parseModuleInfo(text)).toEqual(module)
    return tables
  }

  it('has replaced modules and quoted settings', () => {
    const flags = `-ldflags=-X 'main.greeting=good\tmorning "you" é\u00a0'`
    const tables = expectAsGo([flags, '-tags=a,b'])
    expect(tables!.buildInfo!.settings.get('-ldflags')).toContain('good\tmorning')
    expect(tables!.buildInfo!.deps[0]!.replace!.path).toBe('./dependency')
  })

  // The library is built anew for each of these.
  it.skipIf(!MATRIX)('has the settings of other machines (skipped without GOSPY_GO_VERSIONS: takes minutes)', () => {
    expectAsGo([], { GOARCH: 'arm64', GOARM64: 'v8.1' })
    expectAsGo([], { GOARCH: 'mips', GOMIPS: 'softfloat' })
  })

  it.skipIf(!HAS_GCC || !MATRIX)('has the settings of cgo (skipped without gcc and GOSPY_GO_VERSIONS)', () => {
    expectAsGo([], { CGO_ENABLED: '1', CGO_CFLAGS: '-O1 -DNAME="a b"' })
  })

  it.skipIf(!FIPS || !MATRIX)('has the FIPS module (skipped before Go 1.24, and without GOSPY_GO_VERSIONS)', () => {
    expect(expectAsGo([], { GOFIPS140: 'latest' })!.buildInfo!.settings.get('GOFIPS140')).toBe('latest')
  })

  it('has the modules of a workspace', () => {
    writeFileSync(join(folder, 'go.work'), 'go 1.20\n\nuse (\n\t.\n\t./dependency\n)\n')
    try {
      expect(expectAsGo([])!.buildInfo!.deps[0]).toMatchObject({ version: '(devel)', sum: '' })
    } finally {
      rmSync(join(folder, 'go.work'))
    }
  })
})
