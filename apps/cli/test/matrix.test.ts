/** The two formats of Go's own for every Go version and way of linking that `pnpm matrix` has built. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { withLook } from './look.js'
import { expectOwnDump, expectOwnProfile, goDump } from './own-texts.js'
import { ownProfile } from './profiles.js'

const folder = process.env['GOSPY_MATRIX']
const minor = (name: string) => Number(/^states-go1\.(\d+)\./.exec(name)?.[1])
// The goroutines of Go 1.4 cannot be shown.
const built = (folder === undefined ? [] : readdirSync(folder)).filter(
  (name) => minor(name) >= 5 && /-amd64-(exe|pie|pie-internal|external|noopt)$/.test(name),
)

describe.skipIf(folder === undefined)('every Go version (needs Go: run pnpm matrix)', () => {
  it('has binaries to compare', () => {
    expect(built.length).toBeGreaterThan(0)
  })

  it.each(built)('%s', async (name) => {
    await using states = await startFixture(join(folder!, name))
    const truth = await states.truth()
    withLook(states.pid, (look) => {
      expectOwnDump(truth, goDump(look))
      // Older ones have another order, and count the runtime's own goroutines.
      if (minor(name) >= 7) expectOwnProfile(truth, ownProfile(look))
    })
  })
})
