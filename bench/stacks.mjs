// `pnpm bench:stacks`: all stacks of a process by gospy, from outside, and by the process itself, in turns, as ratios. What the
// process needs is measured inside it, without start or output; what gospy needs is its whole process. Needs built packages
// (pnpm build) and Go, which builds the target.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { newest } from '../fixtures/builder/toolchains.mjs'
import { locate, node, script } from './contestants.mjs'
import { dumpContents } from './dump-contents.mjs'
import { peer } from './peers.mjs'
import { figures, inTurns, median, table, wholeProcess } from './rounds.mjs'
import { selfMeasuring } from './target.mjs'

const { values } = parseArgs({
  options: {
    goroutines: { type: 'string', default: '100000' },
    // Functions of the program's own on each stack; what parks them comes on top.
    depth: { type: 'string', default: '8' },
    // One target each: a server's many equal goroutines, and goroutines of which no two are at the same place.
    paths: { type: 'string', default: '1,100000' },
    rounds: { type: 'string', default: '5' },
    go: { type: 'string', default: newest },
    // It takes a minute for each target.
    delve: { type: 'boolean', default: false },
  },
})
const { goroutines, depth, go } = values
const rounds = Number(values.rounds)
const subject = 'gospy dump --format go'
// A busy machine should not end the run: longer than gospy stops a process for if nobody allows it.
const pause = '--pause=10000'

for (const paths of values.paths.split(',')) {
  const target = await selfMeasuring(go, { goroutines, depth, paths })
  try {
    const census = await target.ask('census')
    process.stdout.write(
      `\n${goroutines} parked goroutines, ${depth} functions deep and what parks them, ${census.distinct} distinct stacks; ` +
        `${target.ready.goVersion}; ${rounds} rounds in turn\n\n`,
    )
    const results = await inTurns(contestants(target), rounds)
    report(results)
    process.stdout.write(`\n${sameContents(target, census)}${pauseAsSaid(target)}`)
  } finally {
    target.stop()
  }
}
process.stdout.write(`
ratio: ${subject} by the other, medians; below 1, gospy takes less time.
longest stop, stopped: how long a goroutine of the target that wants to run every millisecond could not, at most in one piece and
in all, pieces below 5 ms left out; medians.
`)

function contestants({ pid, ask }) {
  const layout = locate(pid)
  const gospy = (...args) => node(script('../apps/cli/bin/gospy.js'), 'dump', String(pid), ...args)
  const bare = (method) =>
    node(script('bare-stacks.mjs'), pid, layout.allgs, layout.size, layout.schedSp, layout.stackHi, method)
  const delve = values.delve && peer('delve')
  const outside = {
    [subject]: gospy('--format', 'go'),
    'gospy dump --format go --pause': gospy('--format', 'go', pause),
    'gospy dump --format pprof': gospy('--format', 'pprof'),
    'gospy dump --format pprof-text': gospy('--format', 'pprof-text'),
    'gospy dump': gospy(),
    'gospy dump --json': gospy('--json'),
    'gospy dump --json --depth 0': gospy('--json', '--depth', '0'),
    'bare reads of stacks, joined': bare('joined'),
    'bare reads of stacks, one each': bare('single'),
    'node alone': node('-e', '0'),
    ...(delve && {
      'Delve goroutines -t 20': [
        delve,
        ['attach', String(pid), '--allow-non-terminal-interactive'],
        'goroutines -t 20\nexit\nn\n',
      ],
    }),
  }
  const inside = {
    'its own pprof debug=2': 'debug2',
    'its own runtime.Stack, one pass': 'stack',
    'its own pprof debug=1': 'debug1',
    'its own pprof debug=0': 'debug0',
  }
  const watched = async (name, command) => {
    await ask('watch')
    const ms = wholeProcess(name, command)
    return { ms, ...(await ask('watched')) }
  }
  return Object.fromEntries([
    ...Object.entries(outside).map(([name, command]) => [
      name,
      { ...(name.startsWith('Delve') && { rounds: 1 }), run: () => watched(name, command) },
    ]),
    ...Object.entries(inside).map(([name, dump]) => [name, { run: () => ask(`measure ${dump}`) }]),
  ])
}

function report(results) {
  const times = (name) => results[name].map(({ ms }) => ms)
  const own = median(times(subject))
  const stopped = (name, key) => median(results[name].map((result) => result[key])).toFixed(0)
  const rows = Object.keys(results).map((name) => [
    name,
    ...figures(times(name), own),
    stopped(name, 'longestStopMs'),
    stopped(name, 'stoppedMs'),
  ])
  process.stdout.write(table(['min, ms', 'median', 'max', 'ratio', 'longest stop', 'stopped'], rows))
}

/** Whether both sides showed the same, but for the goroutine that answers, which is never where the other side finds it. */
function sameContents({ pid }, { stack, debug2 }) {
  const seen = dumpContents(output(pid, '--format', 'go'))
  const same = seen.goroutines === stack.goroutines && seen.frames === stack.frames
  const text = ({ goroutines, frames, bytes }) => `${goroutines} goroutines, ${frames} frames, ${bytes} bytes`
  return `gospy's dump has ${text(seen)}; runtime.Stack ${same ? 'the same' : 'DIFFERS'}: ${text(stack)}.
pprof debug=2, which takes at most 64 MB, has ${text(debug2)}.\n`
}

function pauseAsSaid({ pid }) {
  // It stands before the goroutines.
  const head = output(pid, '--json', pause)
    .subarray(0, 1 << 16)
    .toString()
  const [, ms] = /"pausedMs":([\d.]+)/.exec(head)
  return `With --pause, gospy said that the process stood still for ${Number(ms).toFixed(0)} ms.\n`
}

/** What gospy prints, through a file. */
function output(pid, ...args) {
  const folder = mkdtempSync(join(tmpdir(), 'gospy-bench-'))
  try {
    const path = join(folder, 'output')
    const file = openSync(path, 'w')
    wholeProcess('gospy', node(script('../apps/cli/bin/gospy.js'), 'dump', String(pid), ...args), file)
    closeSync(file)
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
