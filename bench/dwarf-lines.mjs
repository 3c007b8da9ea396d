// `node bench/dwarf-lines.mjs [FILE]`: the line tables of a large program by @gospy/dwarf and by Go's debug/dwarf (and gimli's addr2line
// with --gimli), in turns, as ratios. Each contestant measures itself, in a process of its own, so that start-up and the
// compiling of JavaScript count, but not the start of Node. Needs built packages (pnpm build) and Go. Without FILE it takes
// a minio with its debugging information, which Go builds once (200 MB, minutes).
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { largeProgram } from './large-program.mjs'
import { inTurns, median, table } from './rounds.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    // Addresses that are looked up, spread over the whole program.
    lookups: { type: 'string', default: '200' },
    gimli: { type: 'boolean', default: false },
  },
})
const here = fileURLToPath(new URL('.', import.meta.url))
const cache = join(here, '.cache')
mkdirSync(join(cache, 'bin'), { recursive: true })

function build(what, command, args, options) {
  process.stderr.write(`Building ${what} …\n`)
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${what}: ${error?.message ?? stderr}`)
}

const file = positionals[0] ?? largeProgram()
const folder = join(here, 'peers', 'dwarf-lines')
const goPeer = join(cache, 'bin', 'dwarf-lines')
build("Go's debug/dwarf", 'go', ['build', '-o', goPeer, '.'], { cwd: folder })
const subject = '@gospy/dwarf'
const programs = {
  [subject]: [process.execPath, [join(here, 'lines-by-gospy.mjs')]],
  "Go's debug/dwarf": [goPeer, []],
}
if (values.gimli) {
  const target = join(cache, 'gimli')
  build('gimli', 'cargo', ['build', '--release', '--quiet', '--target-dir', target], { cwd: join(folder, 'gimli') })
  programs.gimli = [join(target, 'release', 'dwarf-lines'), []]
}

/** Addresses of rows, from all over the program. */
function addresses(count) {
  const elf = openElf(file)
  const dwarf = Dwarf.from((name) => elf.debugSection(name), { littleEndian: elf.header.littleEndian })
  const units = dwarf.units().filter((unit) => unit.root().ranges().length > 0)
  const found = []
  for (let index = 0; index < count; index++) {
    const rows = dwarf.lineTable(units[Math.floor((index * units.length) / count)])?.rows
    if (rows !== undefined && rows.length > 1) found.push(rows.address(Math.floor((rows.length * (index % 7)) / 7)))
  }
  elf.close()
  // Not one unit after the other.
  return found.sort((a, b) => Number(a % 1009n) - Number(b % 1009n))
}

function run([command, args], what, input = '') {
  const { status, stdout, stderr, error } = spawnSync(command, [...args, what, file], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`)
  return JSON.parse(stdout)
}

const pcs = addresses(Number(values.lookups))
const input = pcs.map((pc) => pc.toString(16)).join('\n')
const contestants = {}
for (const [name, command] of Object.entries(programs)) {
  contestants[name] = {
    run: () => ({ ...run(command, 'rows'), lookups: run(command, 'lookups', input) }),
  }
}
const results = await inTurns(contestants, Number(values.rounds))

const steps = {
  'open, and all rows': ({ open, rows }) => open + rows,
  'all rows': ({ rows }) => rows,
  'open, and one address': ({ lookups }) => lookups.open + lookups.first,
  'one address': ({ lookups }) => lookups.first,
  [`${pcs.length - 1} more addresses`]: ({ lookups }) => lookups.others,
}
process.stdout.write(`\n${file}; ${results[subject][0].found}; ${values.rounds} rounds in turn, milliseconds\n`)
for (const [step, of] of Object.entries(steps)) {
  const own = median(results[subject].map(of))
  const rows = Object.entries(results).map(([name, list]) => {
    const times = list.map(of)
    const figures = [Math.min(...times), median(times), Math.max(...times)].map((ms) => ms.toFixed(1))
    return [name, ...figures, (own / median(times)).toFixed(3)]
  })
  process.stdout.write(`\n${table(['min', 'median', 'max', 'ratio'], [[`${step}:`, '', '', '', ''], ...rows])}`)
}
process.stdout.write(`\nratio: ${subject} by the other, medians; below 1, it takes less time.\n`)
for (const [name, [{ found, lookups }]] of Object.entries(results)) {
  const [mine] = results[subject]
  const same = lookups.found.filter((place, index) => place === mine.lookups.found[index]).length
  process.stdout.write(`${name}: ${found}; ${same} of ${pcs.length} lookups as ours\n`)
}
