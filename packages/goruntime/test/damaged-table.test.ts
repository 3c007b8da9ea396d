/** A function table that is damaged somewhere: what it tells no more is unknown, the rest is shown, and a warning says so. */
import { FormatError } from '@gospy/bytes'
import { PclnTable } from '@gospy/gosym'
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { GoProcess } from '../src/index.js'
import { takeSnapshot } from '../src/take-snapshot.js'
import { randomNumbers } from './changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!

it.skipIf(!canRun(fixture))(
  'shows all goroutines, whatever is damaged (skipped where this machine cannot run the fixture)',
  { timeout: 120_000 },
  async () => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    const go = GoProcess.attach(process)
    const source = go.source()
    const { count } = go.snapshot()
    const { textStart, goVersion, pclntabPlace } = go.binary
    let shown = 0
    let warned = 0
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomNumbers(seed)
      const bytes = pclntabPlace!.source.read(0, pclntabPlace!.source.size).slice()
      // Behind the header, without which there is no table.
      for (let flips = 2 ** (seed % 14); flips > 0; flips--) {
        bytes[128 + Math.floor(random() * (bytes.length - 128))]! ^= 1 << Math.floor(random() * 8)
      }
      let table: PclnTable
      try {
        table = PclnTable.parse(bytes, { textStart, goVersion: goVersion.version })
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        continue
      }
      const snapshot = takeSnapshot({ ...source, functions: { ...source.functions, table } })
      expect(snapshot.count).toBe(count)
      shown++
      if (snapshot.data.warnings.length > source.warnings.length) warned++
      for (const { stack, startFunction } of snapshot.goroutines()) {
        expect(startFunction?.location?.function).not.toBe('')
        for (const frame of stack?.frames ?? []) expect(frame.function).not.toBe('')
      }
    }
    expect(shown).toBeGreaterThan(10)
    expect(warned).toBeGreaterThan(0)
  },
)
