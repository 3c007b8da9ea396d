// `node bench/gosym.mjs [BINARY]`: names and line tables of all functions of a large binary, and one lookup, against Go's
// debug/gosym, in turns. Each contestant takes the times of itself: for opening the file and reading the section, and from there on,
// the table's opening included. For one lookup gosym is measured twice: reading what it needs, and with the section read first,
// as Go does. Only the ratios of one run mean something. Without a binary, it takes minio, which Go builds once, in
// minutes. Needs Go and built packages (pnpm build).
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { largeProgram } from './large-program.mjs'
import { inTurns, median, table } from './rounds.mjs'

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '5' } },
  allowPositionals: true,
})
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const folder = join(tmpdir(), 'gospy-bench-gosym')
mkdirSync(folder, { recursive: true })
const binary = positionals[0] ?? largeProgram()

const peer = join(folder, 'gosympeer')
execFileSync('go', ['build', '-o', peer, '.'], {
  cwd: here('./peers/gosym'),
  env: { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local' },
})
const run = (command, ...args) => {
  const [read, work, sum] = execFileSync(command, args, { encoding: 'utf8' }).trim().split(' ').map(Number)
  return { read, work, sum }
}
const own = (...args) => run(process.execPath, here('./gosym-work.mjs'), ...args)

const pcs = join(folder, 'pcs')
own('pcs', binary, pcs)
const one = execFileSync('go', ['tool', 'nm', '-n', binary], { encoding: 'utf8', maxBuffer: 1 << 30 })
  .split('\n')
  .find((row) => row.endsWith(' main.main'))
  .trim()
  .split(' ')[0]

const contestants = {
  'all: gosym': { run: () => own('all', binary) },
  'all: debug/gosym': { run: () => run(peer, 'all', binary, pcs) },
  'one pc: gosym': { run: () => own('one', binary, one) },
  'one pc: gosym, section read': { run: () => own('one-in-memory', binary, one) },
  'one pc: debug/gosym': { run: () => run(peer, 'one', binary, one) },
}
const results = await inTurns(contestants, Number(values.rounds))
for (const what of ['all', 'one pc']) {
  const lists = Object.entries(results).filter(([name]) => name.startsWith(what))
  const sums = new Set(lists.flatMap(([, list]) => list.map(({ sum }) => sum)))
  if (sums.size !== 1) throw new Error(`${what}: the contestants found different things: ${[...sums].join(', ')}`)
}
const measure = { 'read and work': ({ read, work }) => read + work, work: ({ work }) => work }
const rows = Object.entries(measure).flatMap(([label, ms]) =>
  Object.entries(results).map(([name, list]) => {
    const times = list.map(ms)
    const subject = median(results[`${name.split(':')[0]}: gosym`].map(ms))
    const shown = [Math.min(...times), median(times), Math.max(...times)].map((value) => value.toFixed(2))
    return [`${name}, ${label}`, ...shown, (subject / median(times)).toFixed(3)]
  }),
)
const size = (statSync(binary).size / 1e6).toFixed(0)
process.stdout.write(`\n${size} MB, ${statSync(pcs).size / 8} line ranges, ${values.rounds} rounds in turn; ms\n\n`)
process.stdout.write(table(['min', 'median', 'max', 'ratio'], rows))
process.stdout.write('\nratio: gosym by the other, medians; below 1, gosym takes less time\n')
