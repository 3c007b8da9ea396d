// `pnpm bench`: gospy, its peers and the bare reads on the same process, in turns, as ratios. Machines differ and are noisy:
// only the ratios of one run mean something. Needs built packages (pnpm build), and Go for the peers.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { GoProcess } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import { peer } from './peers.mjs'
import { manyGoroutines } from './target.mjs'

const { values } = parseArgs({
  options: { goroutines: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '9' } },
})
const goroutines = Number(values.goroutines)
const rounds = Number(values.rounds)
const path = (name) => fileURLToPath(new URL(name, import.meta.url))

const target = await manyGoroutines(goroutines)
try {
  const layout = locate(target.pid)
  const node = process.execPath
  const pid = String(target.pid)
  const gospy = (...args) => [node, [path('../apps/cli/bin/gospy.js'), 'dump', pid, '--json', ...args]]
  const bare = (method) => [node, [path('bare-reads.mjs'), pid, layout.allgs, layout.size, method]]
  const first = peer('first-gospy')
  const delve = peer('delve')
  const contestants = {
    'gospy dump --json': gospy(),
    'gospy dump --json --pause': gospy('--pause'),
    'bare reads, joined': bare('joined'),
    'bare reads, one each': bare('single'),
    'node alone': [node, ['-e', '0']],
    ...(first && { 'first gospy summary --json': [first, ['summary', '--pid', pid, '--json']] }),
    ...(delve && {
      'Delve goroutines': [delve, ['attach', pid, '--allow-non-terminal-interactive'], 'goroutines\nexit\nn\n'],
    }),
  }
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      // Delve takes seconds: a few rounds show as much.
      if (name.startsWith('Delve') && round >= 3) continue
      const ms = measure(name, contestant)
      if (round >= 0) times[name].push(ms)
    }
  }
  report(times, 'gospy dump --json')
} finally {
  target.stop()
}

/** Where the bare reads have to look: the one thing that they are told. */
function locate(pid) {
  const opened = openProcess(pid)
  try {
    const { binary, bias } = GoProcess.attach(opened)
    return { allgs: String(binary.layout.variables.allgs.address + bias), size: String(binary.layout.g.size) }
  } finally {
    opened.close()
  }
}

/**
 * Milliseconds for the whole process, its start included. What it prints goes to /dev/null: through a pipe the time of whoever
 * reads it would be measured as well.
 */
function measure(name, [command, args, input]) {
  const started = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(command, args, {
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  if (error || status !== 0) throw new Error(`${name}: ${error?.message ?? stderr}`)
  return ms
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function report(times, subject) {
  const own = median(times[subject])
  const rows = Object.entries(times).map(([name, list]) => [
    name,
    `${Math.min(...list).toFixed(0)}`,
    median(list).toFixed(0),
    `${Math.max(...list).toFixed(0)}`,
    (own / median(list)).toFixed(2),
  ])
  process.stdout.write(`\n${goroutines} parked goroutines, ${rounds} rounds in turn; whole process, ms\n\n`)
  for (const [name, ...figures] of [['', 'min', 'median', 'max', 'ratio'], ...rows]) {
    process.stdout.write(`${name.padEnd(28)}${figures.map((figure) => figure.padStart(9)).join('')}\n`)
  }
  process.stdout.write(`\nratio: ${subject} by the other, medians; below 1, gospy takes less time\n`)
}
