// `node bench/elf.mjs`: @gospy/elf, Go's debug/elf and the `object` crate (where there is a cargo) on the symbols of one big program,
// in turns, as ratios. Needs built packages (pnpm build) and Go. The program is given by --file, or is minio, a Go program of
// 190 MB with full DWARF, which is fetched and built once into bench/.cache (some minutes). Nothing else is read of it:
// the figures are those of the symbol table (3.4 MB) and its names (10 MB).
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { largeProgram } from './large-program.mjs'
import { inTurns, median, table } from './rounds.mjs'

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    symbol: { type: 'string', default: 'runtime.allgs' },
    turns: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '5' },
  },
})
const script = (name) => fileURLToPath(new URL(name, import.meta.url))
const cache = fileURLToPath(new URL('.cache/', import.meta.url))

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`)
  return stdout
}

function goPeer() {
  const path = `${cache}bin/elf-go`
  run('go', ['build', '-o', path, script('peers/elf/main.go')])
  return path
}

function objectPeer() {
  if (spawnSync('cargo', ['--version']).status !== 0) return undefined
  const target = `${cache}elf-object`
  const manifest = script('peers/elf-object/Cargo.toml')
  const { status, stderr } = spawnSync(
    'cargo',
    ['build', '--release', '--quiet', '--manifest-path', manifest, '--target-dir', target],
    {
      encoding: 'utf8',
    },
  )
  if (status === 0) return `${target}/release/elf-object`
  process.stderr.write(`the object crate cannot be had (${stderr.trim().split('\n').at(-1)})\n`)
  return undefined
}

mkdirSync(`${cache}bin`, { recursive: true })
const file = values.file ?? largeProgram()
const args = [file, values.symbol, values.turns]
const object = objectPeer()
const commands = {
  '@gospy/elf': [process.execPath, [script('elf-symbols.mjs'), ...args]],
  'Go debug/elf': [goPeer(), args],
  ...(object && { 'object crate': [object, args] }),
}
const contestants = Object.entries(commands).map(([name, [command, list]]) => [
  name,
  { run: () => JSON.parse(run(command, list)) },
])
const results = await inTurns(Object.fromEntries(contestants), Number(values.rounds))

const [own] = results['@gospy/elf']
for (const [name, list] of Object.entries(results)) {
  for (const { symbols, checksum, address } of list) {
    if (symbols === own.symbols && checksum === own.checksum && address === own.address) continue
    // `object` leaves out symbols without a name or of no kind of its own; then only the address is comparable.
    if (address !== own.address)
      throw new Error(`${name} found ${values.symbol} at ${address}, @gospy/elf at ${own.address}`)
    process.stderr.write(
      `${name}: ${symbols} symbols, checksum ${checksum}; @gospy/elf ${own.symbols}, ${own.checksum}\n`,
    )
    break
  }
}
/** Cold: the first time in a process, median of all. Warm: of all later times the median, and the best. */
const later = (list, key) => list.flatMap((result) => result[key].slice(1))
const PICKS = [
  (list, key) => median(list.map((result) => result[key][0])),
  (list, key) => median(later(list, key)),
  (list, key) => Math.min(...later(list, key)),
]
process.stdout.write(`\n${own.symbols} symbols of ${file}; each figure is followed by that of @gospy/elf by it\n`)
for (const [key, title] of [
  ['walkMs', 'open, and walk all symbols: value and name (ms)'],
  ['findMs', `open, and find ${values.symbol} (ms)`],
  ['againUs', 'find one of a hundred names in an open file (us a name)'],
]) {
  const rows = Object.entries(results).map(([name, list]) => [
    name,
    ...PICKS.flatMap((pick) => {
      const figure = pick(list, key)
      return [figure.toFixed(1), (pick(results['@gospy/elf'], key) / figure).toFixed(2)]
    }),
  ])
  process.stdout.write(`\n${title}\n`)
  process.stdout.write(table(['cold', 'ratio', 'warm', 'ratio', 'best', 'ratio'], rows))
}
