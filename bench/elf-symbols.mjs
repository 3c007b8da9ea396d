// @gospy/elf at what bench/elf.mjs measures: walking all symbols of a file, finding one by name, or many in a file that is open. Each
// time the file is opened anew. Usage: node elf-symbols.mjs FILE SYMBOL TURNS walk|find|again. Prints one JSON object.
import { openElf } from '@gospy/elf/node'

const [path, wanted, turns, what] = process.argv.slice(2)

function walk(elf) {
  const table = elf.symbols()
  let sum = 0
  for (let index = 1; index < table.length; index++) {
    // Addresses of a program lie far below 2^52: no rounding as long as the sum is cut in time.
    sum += table.addressNumberOf(index) + table.nameOf(index).length
    if (sum >= 2 ** 52) sum -= 2 ** 52
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

function find(elf) {
  return elf.symbols().find(wanted)?.address ?? 0n
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

const results = Array.from({ length: Number(turns) }, () => timed({ walk, find, again }[what]))
const figures = results.map(({ value, ms }) => (what === 'again' ? value : ms))
const answer = {
  walk: () => timed(check).value,
  find: () => ({ address: String(results[0].value) }),
  again: () => ({}),
}[what]()
process.stdout.write(`${JSON.stringify({ ...answer, figures })}\n`)
