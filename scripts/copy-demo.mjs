// Puts the demo programs of the fixtures into the CLI package, one compressed file for each architecture.
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { bundleOf, NODE_ARCH, prebuiltBytes, prebuiltOf } from '../fixtures/builder/read-prebuilt.mjs'

const target = new URL('../apps/cli/demo/', import.meta.url)
const modified = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0
mkdirSync(target, { recursive: true })
for (const fixture of prebuiltOf('demo')) {
  const to = new URL(`demo-linux-${NODE_ARCH[fixture.arch]}.br`, target)
  if (modified(to) > modified(bundleOf(fixture))) continue
  const bytes = prebuiltBytes(fixture)
  const compressed = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
  writeFileSync(to, compressed)
  process.stdout.write(`${fileURLToPath(to)}: ${compressed.length} bytes\n`)
}
