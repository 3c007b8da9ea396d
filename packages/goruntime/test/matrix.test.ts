/**
 * The same as states.test.ts for every Go version and way of linking that `pnpm matrix` has built. Without its list, there is
 * nothing to compare.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { withoutSectionHeaders } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { observe } from './observe.js'

const folder = process.env['GOSPY_MATRIX']
const binaries = folder === undefined ? [] : readdirSync(folder).map((name) => join(folder, name))
// Of stripped ones another copy, without section headers.
const isStripped = (path: string) => /^states-go1\.(1[1-9]|2\d)\.[\d.]+-amd64-stripped/.test(basename(path))
// Go 1.4 does not record the function a goroutine was started with.
const runnable = binaries.filter((path) =>
  /^(states|cgo|demo|many)-go1\.(?!4\.)[\d.]+-amd64-(exe|pie|pie-internal|external|noopt|stripped(-pie|-external)?)$/.test(
    basename(path),
  ),
)

describe.skipIf(folder === undefined)('every Go version (needs Go: run pnpm matrix)', () => {
  it('has binaries to compare', () => {
    expect(runnable.length).toBeGreaterThan(0)
  })

  it.each(runnable)('%s', async (path) => {
    const { disagreements, dumpCutOff, live } = await observe(
      path,
      basename(path).startsWith('many') ? ['-n', '90'] : [],
    )
    expect(disagreements).toEqual([])
    if (!/cgo-go1\.(\d|1[0-7])\./.test(path)) expect(dumpCutOff).toBe(false)
    expect(live.data.warnings).toEqual([])
  })

  it.each(runnable.filter(isStripped))('%s without section headers', async (path) => {
    const folder = mkdtempSync(join(tmpdir(), 'gospy-sections-'))
    try {
      const { disagreements, live } = await observe(withoutSectionHeaders(path, join(folder, basename(path))))
      expect(disagreements).toEqual([])
      expect(live.data.warnings).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
