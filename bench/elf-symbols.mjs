// @gospy/elf at what bench/elf.mjs measures: walking all symbols of a file, and finding one by name. Each time the file is opened
// anew. Usage: node elf-symbols.mjs FILE SYMBOL TURNS. Prints one JSON object.
import { openElf } from '@gospy/elf/node'

const [path, wanted, turns] = process.argv.slice(2)

function walk(elf) {
  const table = elf.symbols()
  let sum = 0
  for (let index = 1; index < table.length; index++) {
    // Addresses of a program lie below 2^53, and so many of them below 2^63: no rounding as long as the sum is cut in time.
    sum = (sum + table.addressNumberOf(index) + table.nameOf(index).length) % 2 ** 52
  }
  return sum
}

/** The same with lengths in bytes, which for names of ASCII are the same: outside of what is measured. */
function check(elf) {
  const table = elf.symbols()
  let sum = 0n
  for (const symbol of [...table].slice(1)) sum += symbol.address + BigInt(Buffer.byteLength(symbol.name))
  return { symbols: table.length - 1, checksum: String(sum % 2n ** 52n) }
}

/** For each look-up in an open file, in microseconds. */
function again(elf) {
  const table = elf.symbols()
  const names = Array.from({ length: 100 }, (_, index) =>
    table.nameOf(1 + index * Math.floor((table.length - 1) / 100)),
  )
  const started = performance.now()
  for (const name of names) if (name !== '' && table.find(name) === undefined) throw new Error(`${name} not found`)
  return ((performance.now() - started) * 1000) / names.length
}

function timed(action) {
  const started = performance.now()
  const elf = openElf(path)
  try {
    return { value: action(elf), ms: performance.now() - started }
  } finally {
    elf.close()
  }
}

const walks = Array.from({ length: Number(turns) }, () => timed(walk))
const finds = Array.from({ length: Number(turns) }, () => timed((elf) => elf.symbols().find(wanted)?.address ?? 0n))
const { symbols, checksum } = timed(check).value
const result = {
  ...{ symbols, checksum, address: String(finds[0].value) },
  ...{ walkMs: walks.map(({ ms }) => ms), findMs: finds.map(({ ms }) => ms) },
  againUs: Array.from({ length: Number(turns) }, () => timed(again).value),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
