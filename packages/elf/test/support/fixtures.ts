/** The committed ELF files and what readelf says of them; `fixtures/build.sh` makes both. */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const folder = new URL('../fixtures/', import.meta.url)

export const fixtureNames = readdirSync(folder)
  .filter((name) => name.endsWith('.gz') && name !== 'sample.gz')
  .map((name) => name.slice(0, -3))

export function fixture(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.gz`, folder))))
}

export function golden(name: string): string {
  return readFileSync(new URL(`golden/${name}.txt`, folder), 'utf8')
}

/** Bytes that `sample.1.zst` and `sample.19.zst` hold, and those. */
export function zstdSamples(): { plain: Uint8Array; compressed: Uint8Array[] } {
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))
  return { plain: fixture('sample'), compressed: [read('sample.1.zst'), read('sample.19.zst')] }
}
