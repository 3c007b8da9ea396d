import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Tests run on the TypeScript sources; only the packed-package test (apps/cli) uses what tsup built. */
const packages = ['bytes', 'elf', 'dwarf', 'gosym', 'procmem', 'goruntime']

export default defineConfig({
  resolve: {
    alias: [
      ...packages.map((name) => ({
        find: new RegExp(`^@gospy/${name}/(.+)$`),
        replacement: source(`./packages/${name}/src/$1.ts`),
      })),
      ...packages.map((name) => ({
        find: new RegExp(`^@gospy/${name}$`),
        replacement: source(`./packages/${name}/src/index.ts`),
      })),
    ],
  },
  test: {
    include: ['{packages,apps,examples}/*/test/**/*.test.ts', 'fixtures/test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // ptrace and the /proc readers need a real process with a main thread, not a worker thread.
    pool: 'forks',
  },
})
