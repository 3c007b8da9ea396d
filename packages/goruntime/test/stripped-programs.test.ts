/**
 * Stripped copies of the committed programs, held against what their own runtime prints, as states.test.ts does it: every
 * goroutine, state and frame must be the same as with debug data.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canRun, fixturePath, hasStrip, prebuilt, stripped, withoutSectionHeaders } from 'gospy-fixtures'
import { afterAll, describe, expect, it } from 'vitest'
import { observe } from './observe.js'

const folder = mkdtempSync(join(tmpdir(), 'gospy-stripped-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fixtures = prebuilt().filter(
  (fixture) => /^(states|cgo|demo)$/.test(fixture.program) && fixture.arch === 'amd64' && canRun(fixture),
)

describe.skipIf(fixtures.length === 0)(
  'without debug data (skipped where this machine cannot run the programs)',
  () => {
    it.skipIf(!hasStrip).each(fixtures)('$name, as strip leaves it (skipped without strip)', async (fixture) => {
      const { disagreements, live } = await observe(
        stripped(fixturePath(fixture), join(folder, `${fixture.name}-strip`)),
      )
      expect(disagreements).toEqual([])
      expect(live.data.warnings).toEqual([])
    })

    it.each(fixtures)('$name, without section headers', async (fixture) => {
      const path = withoutSectionHeaders(fixturePath(fixture), join(folder, `${fixture.name}-sstrip`))
      const { disagreements, live } = await observe(path)
      expect(disagreements).toEqual([])
      expect(live.data.warnings).toEqual([])
    })
  },
)
