/** Stripped programs on the command line: the same answers as for their unstripped twins, from whatever is there. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canRun, fixturePath, hasStrip, type RunningFixture, startFixture, stripped } from 'gospy-fixtures'
import { afterAll, describe, expect, it } from 'vitest'
import { fixture, runGospy } from './run-gospy.js'

const folder = mkdtempSync(join(tmpdir(), 'gospy-stripped-'))
afterAll(() => rmSync(folder, { recursive: true }))

const program = fixture('states', { goVersion: fixture('states', { mode: 'stripped' }).goVersion })

/** Everything of an answer but what differs from run to run. */
function goroutines(running: RunningFixture, args: string[] = []) {
  const { code, stdout, stderr } = runGospy(['dump', String(running.pid), '--json', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  // How long a goroutine has waited at least is more with each look.
  const { process, goroutines } = JSON.parse(stdout, (key, value) => (key === 'waitAtLeastNs' ? null : value))
  return { symbols: process.symbols, goroutines }
}

describe.skipIf(!canRun(program) || !hasStrip)('a stripped process (skipped without strip)', () => {
  it('is shown as with its unstripped twin', async () => {
    await using running = await startFixture(stripped(fixturePath(program), join(folder, 'strip')))
    const alone = goroutines(running)
    const twin = goroutines(running, ['--bin', fixturePath(program)])
    expect(alone.goroutines.length).toBeGreaterThan(50)
    expect(alone).toEqual({ ...twin, symbols: 'none' })
  })

  it('is shown by its separate debug file, found by .gnu_debuglink', async () => {
    const [path, debug] = [join(folder, 'linked'), join(folder, 'linked.debug')]
    cpSync(fixturePath(program), path)
    execFileSync('objcopy', ['--only-keep-debug', path, debug])
    execFileSync('strip', ['--strip-all', path])
    execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, path])
    await using running = await startFixture(path)
    expect(goroutines(running).symbols).toBe('dwarf')
    expect(runGospy(['info', String(running.pid)]).stdout).toMatch(/^runtime\.g +DWARF of .*linked\.debug$/m)
    // One that does not fit is not believed.
    execFileSync('objcopy', ['--add-section', `.other=${debug}`, debug])
    expect(goroutines(running).symbols).toBe('none')
  })

  it('is shown by its symbols, when it has lost its DWARF alone', async () => {
    const path = join(folder, 'symbols')
    execFileSync('strip', ['--strip-debug', '-o', path, fixturePath(program)])
    await using running = await startFixture(path)
    const { symbols, goroutines: shown } = goroutines(running)
    expect(symbols).toBe('symtab')
    expect(shown.length).toBeGreaterThan(50)
    expect(runGospy(['info', String(running.pid)]).stdout).toMatch(/^runtime\.allgs +0x[0-9a-f]+ {2}symbol; search/m)
  })
})
