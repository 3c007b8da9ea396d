// `node bench/elf.mjs`: @gospy/elf, Go's debug/elf and the `object` crate (where there is a cargo) on the symbols of one big program,
// in turns, as ratios; each thing in a process of its own, whose start is not measured. Needs built packages (pnpm build) and Go.
// The program is given by --file, or is minio, a Go program of 190 MB with full DWARF, which is fetched and built once into
// bench/.cache (some minutes). Nothing else is read of it: the figures are those of the symbol table (3.4 MB) and its names (10 MB).
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
const own = '@gospy/elf'
/** What is measured, each in a process of its own, and how the answers are compared. */
const MEASURES = {
  walk: 'open, and walk all symbols: value and name (ms)',
  find: `open, and find ${values.symbol} (ms)`,
  again: 'find one of a hundred names in an open file (us a name)',
}
/** Cold: the first time in a process, median of all. Warm: of all later times the median, and the best. */
const later = (list) => list.flatMap(({ figures }) => figures.slice(1))
const PICKS = [
  (list) => median(list.map(({ figures }) => figures[0])),
  (list) => median(later(list)),
  (list) => Math.min(...later(list)),
]

const heading = `${file}; each figure is followed by that of ${own} by it`
for (const [what, title] of Object.entries(MEASURES)) {
  const contestants = Object.entries(commands).map(([name, [command, list]]) => [
    name,
    { run: () => JSON.parse(run(command, [...list, what])) },
  ])
  const results = await inTurns(Object.fromEntries(contestants), Number(values.rounds))
  for (const [name, [answer]] of Object.entries(results)) compare(what, name, answer, results[own][0])
  const rows = Object.entries(results).map(([name, list]) => [
    name,
    ...PICKS.flatMap((pick) => {
      const figure = pick(list)
      return [figure.toFixed(1), (pick(results[own]) / figure).toFixed(2)]
    }),
  ])
  if (what === 'walk') process.stdout.write(`\n${results[own][0].symbols} symbols of ${heading}\n`)
  process.stdout.write(`\n${title}\n`)
  process.stdout.write(table(['cold', 'ratio', 'warm', 'ratio', 'best', 'ratio'], rows))
}

/** @throws Error when another address was found. `object` leaves out symbols without a name or of no kind of its own: that is only said. */
function compare(what, name, answer, expected) {
  if (answer.address !== expected.address)
    throw new Error(`${name} found ${values.symbol} at ${answer.address}, ${own} at ${expected.address}`)
  if (what === 'walk' && (answer.symbols !== expected.symbols || answer.checksum !== expected.checksum))
    process.stderr.write(
      `${name}: ${answer.symbols} symbols, checksum ${answer.checksum}; ${own} ${expected.symbols}, ${expected.checksum}\n`,
    )
}
