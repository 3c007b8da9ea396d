/** The package as one file of JavaScript, made from the sources, for tests that need it in a process of its own. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const SOURCE = path('../../src/index.ts')

/**
 * Builds into node_modules/.test/NAME, where koffi is found from; returns the file's path.
 * @param name a folder for each test file: they run side by side
 * @param entry a program to build instead of the package itself
 */
export async function bundle(name: string, entry: string = SOURCE): Promise<string> {
  const outDir = path(`../../node_modules/.test/${name}`)
  await build({
    entry: { procmem: entry },
    outDir,
    format: 'esm',
    target: 'es2022',
    config: false,
    silent: true,
    dts: false,
    noExternal: [/^@gospy\//],
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions(options) {
      options.alias = {
        '@gospy/procmem': SOURCE,
        '@gospy/bytes/node': path('../../../bytes/src/node.ts'),
        '@gospy/bytes': path('../../../bytes/src/index.ts'),
      }
    },
  })
  const file = `${outDir}/procmem.mjs`
  if (!existsSync(file)) throw new Error(`${file} was not built`)
  return file
}
