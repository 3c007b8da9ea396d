/** How every package is built: ES modules with types, for Node 20 and browsers alike. */
import { defineConfig } from 'tsup'

export const build = (...entry: string[]) =>
  defineConfig({
    entry,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    dts: true,
    clean: true,
    treeshake: true,
  })
