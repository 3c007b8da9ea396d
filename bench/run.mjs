// `pnpm bench`: gospy, its peers and the bare reads on the same process, in turns, as ratios. Machines differ and are noisy:
// only the ratios of one run mean something. Needs built packages (pnpm build), and Go for the peers.
import { parseArgs } from 'node:util'
import { locate, node, script } from './contestants.mjs'
import { peer } from './peers.mjs'
import { figures, inTurns, median, table, wholeProcess } from './rounds.mjs'
import { manyGoroutines } from './target.mjs'

const { values } = parseArgs({
  options: { goroutines: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '9' } },
})
const goroutines = Number(values.goroutines)
const rounds = Number(values.rounds)
const subject = 'gospy dump --json --no-stacks'

const target = await manyGoroutines(goroutines)
try {
  const layout = locate(target.pid)
  const pid = String(target.pid)
  const gospy = (...args) => node(script('../apps/cli/bin/gospy.js'), 'dump', pid, '--json', ...args)
  const bare = (method) => node(script('bare-reads.mjs'), pid, layout.allgs, layout.size, method)
  const first = peer('first-gospy')
  const delve = peer('delve')
  const commands = {
    [subject]: gospy('--no-stacks'),
    'gospy dump --json': gospy(),
    'gospy summary --json': node(script('../apps/cli/bin/gospy.js'), 'summary', pid, '--json'),
    'gospy dump --json --pause': gospy('--pause=10000'),
    'bare reads, joined': bare('joined'),
    'bare reads, one each': bare('single'),
    'node alone': node('-e', '0'),
    ...(first && { 'first gospy summary --json': [first, ['summary', '--pid', pid, '--json']] }),
    ...(delve && {
      'Delve goroutines': [delve, ['attach', pid, '--allow-non-terminal-interactive'], 'goroutines\nexit\nn\n'],
    }),
  }
  const contestants = Object.entries(commands).map(([name, command]) => [
    name,
    // Delve takes seconds: a few rounds show as much.
    { ...(name.startsWith('Delve') && { rounds: 3 }), run: () => wholeProcess(name, command) },
  ])
  const times = await inTurns(Object.fromEntries(contestants), rounds)
  const own = median(times[subject])
  const rows = Object.entries(times).map(([name, list]) => [name, ...figures(list, own)])
  process.stdout.write(`\n${goroutines} parked goroutines, ${rounds} rounds in turn; whole process, ms\n\n`)
  process.stdout.write(table(['min', 'median', 'max', 'ratio'], rows))
  process.stdout.write(`\nratio: ${subject} by the other, medians; below 1, gospy takes less time\n`)
} finally {
  target.stop()
}
