/** Who may import whom: ARCHITECTURE.md, held against the sources of every package. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Packages of this project that each may import, and whether its main entry may import from Node. */
const RULES: Record<string, { may: string[]; node: boolean }> = {
  'packages/bytes': { may: [], node: false },
  'packages/elf': { may: ['bytes'], node: false },
  'packages/dwarf': { may: ['bytes'], node: false },
  'packages/gosym': { may: ['bytes'], node: false },
  'packages/procmem': { may: ['bytes'], node: true },
  'packages/goruntime': { may: ['bytes', 'elf', 'dwarf', 'gosym', 'procmem'], node: true },
  'apps/cli': { may: ['bytes', 'elf', 'dwarf', 'gosym', 'procmem', 'goruntime'], node: true },
}

describe.each(Object.entries(RULES))('%s', (folder, { may, node }) => {
  const sources = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )

  it.each(sources)('%s', (name) => {
    const text = readFileSync(join(root, folder, 'src', name), 'utf8')
    for (const [, specifier] of text.matchAll(/(?:from|import) '([^']+)'/g)) {
      const own = /^@gospy\/(\w+)/.exec(specifier!)?.[1]
      if (own !== undefined) expect(may, specifier).toContain(own)
      if (specifier!.startsWith('node:') && !node) expect(name, `imports ${specifier}`).toBe('node.ts')
    }
  })
})
