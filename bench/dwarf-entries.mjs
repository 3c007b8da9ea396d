// `node bench/dwarf-entries.mjs [FILE STRUCT]`: all entries of a program with all of their attributes' values, and the layout of one
// struct, by @gospy/dwarf and by Go's debug/dwarf (and, where cargo is at hand, gimli), in turns, as ratios. Each measures itself,
// in a process of its own, from opening the file on. Without FILE it takes minio and runtime.g. Needs built packages (pnpm build) and Go.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { largeProgram } from './large-program.mjs'
import { figures, inTurns, median, table } from './rounds.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
const [file = largeProgram(), struct = 'runtime.g'] = positionals

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
mkdirSync(path('.cache/bin/'), { recursive: true })

/** A program that prints one line of JSON. */
function measured(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 20 })
  if (error || status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`)
  return JSON.parse(stdout)
}

function built(name, command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: path(cwd), encoding: 'utf8' })
  if (status === 0) return true
  process.stderr.write(`${name} cannot be built: ${error?.message ?? stderr.trim().split('\n').at(-1)}\n`)
  return false
}

const goPeer = path('.cache/bin/dwarf-entries')
if (!built('the peer in Go', 'go', ['build', '-o', goPeer, '.'], 'peers/dwarf-entries')) process.exit(1)
const gimliFolder = 'peers/dwarf-entries-gimli'
const target = path('.cache/gimli/')
const hasGimli =
  existsSync(path(gimliFolder)) &&
  built('the peer with gimli', 'cargo', ['build', '--release', '-q', '--target-dir', target], gimliFolder)

/** What all of them have to have seen alike. */
const facts = ({ entries, attributes, characters, size, fields }) =>
  `${entries} ${attributes} ${characters} ${size} ${fields}`

for (const task of ['walk', 'layout']) {
  const subject = '@gospy/dwarf'
  const contestants = {
    [subject]: {
      run: () => measured(process.execPath, [path('dwarf-entries-walk.mjs'), task, file, `struct ${struct}`]),
    },
    'debug/dwarf': { run: () => measured(goPeer, [task, file, struct]) },
  }
  if (hasGimli) contestants.gimli = { run: () => measured(`${target}release/dwarf-entries`, [task, file, struct]) }
  const results = await inTurns(contestants, Number(values.rounds))
  const seen = Object.entries(results).map(([name, runs]) => `${name}: ${facts(runs[0])}`)
  process.stdout.write(
    `\n${task}: entries, attributes, characters of strings, size and fields of the struct\n${seen.join('\n')}\n\n`,
  )
  const own = median(results[subject].map(({ ms }) => ms))
  const rows = Object.entries(results).map(([name, runs]) => [
    name,
    ...figures(
      runs.map(({ ms }) => ms),
      own,
    ),
  ])
  process.stdout.write(table(['least ms', 'median', 'most', 'ratio'], rows))
}
process.stdout.write(`\nratio: ${'@gospy/dwarf'} by the other, medians; below 1, it takes less time.\n`)
