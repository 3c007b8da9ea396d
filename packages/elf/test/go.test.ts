/** Live Go programs. Oracles: `go tool buildid`, `go tool nm`, and objcopy, which decompresses the debug sections. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openElf } from '../src/node.js'

/** The newest that is here, and 1.17, which still writes .zdebug sections. Nothing is downloaded. */
const candidates = ['local', 'go1.17.13']
const run = (toolchain: string, args: string[], cwd?: string) =>
  spawnSync('go', args, {
    encoding: 'utf8',
    cwd,
    maxBuffer: 1 << 28,
    env: { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: '-mod=mod', GOPROXY: 'off' },
  })
const hasObjcopy = spawnSync('objcopy', ['--version']).status === 0
const toolchains = candidates.filter((toolchain) => run(toolchain, ['version']).status === 0)

describe.skipIf(toolchains.length === 0 || !hasObjcopy)('programs built by go (needs go and objcopy)', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'elf-go-'))
    writeFileSync(join(folder, 'main.go'), 'package main\n\nfunc main() { println("hello") }\n')
    writeFileSync(join(folder, 'go.mod'), 'module hello\n\ngo 1.17\n')
    for (const toolchain of toolchains) {
      const built = run(toolchain, ['build', '-o', `${toolchain}-compressed`, '.'], folder)
      if (built.status !== 0) throw new Error(built.stderr)
      const [from, to] = [`${toolchain}-compressed`, `${toolchain}-plain`]
      execFileSync('objcopy', ['--decompress-debug-sections', from, to], { cwd: folder })
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(toolchains)('%s: debug sections, symbols and build id', (toolchain) => {
    const path = join(folder, `${toolchain}-compressed`)
    using elf = openElf(path)
    using plain = openElf(join(folder, `${toolchain}-plain`))
    const names = plain.sections.map(({ name }) => name).filter((name) => name.startsWith('.debug_'))
    expect(names).toContain('.debug_info')
    for (const name of names) {
      const [data, expected] = [elf.debugSection(name)!, plain.debugSection(name)!]
      expect(data.length, name).toBe(expected.length)
      expect(Buffer.compare(data, expected), name).toBe(0)
    }
    const minor = Number(/go1\.(\d+)/.exec(run(toolchain, ['version']).stdout)![1])
    if (minor < 19) expect(elf.section('.zdebug_info')?.compression?.format).toBe('zlib-gnu')
    else expect(elf.section('.debug_info')?.compression?.format).toBe('zlib')

    const buildId = execFileSync('go', ['tool', 'buildid', path], { encoding: 'utf8' }).trim()
    expect(elf.goBuildId()).toBe(buildId)

    const nm = run(toolchain, ['tool', 'nm', '-size', path]).stdout
    const lines = [...nm.matchAll(/^ *([0-9a-f]+) +(\d+) [A-Za-z] (\S+)$/gm)]
    expect(lines.length).toBeGreaterThan(1000)
    const table = elf.symbols()
    for (const [, address, size, name] of lines) {
      const matches = table.findAll(name!).map((symbol) => [symbol.addressNumber, symbol.size])
      expect(matches).toContainEqual([Number.parseInt(address!, 16), Number(size)])
    }
    expect(table.find('runtime.allgs')!.size).toBe(24)
    expect(table.findByAddress(table.find('main.main')!.address + 4n)!.name).toBe('main.main')
  })
})
