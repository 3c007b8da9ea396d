// `pnpm bench:top`: what it costs to keep looking at a busy process, and what that does to the process. An HTTP server with many parked
// goroutines beside it answers requests that come at a constant rate, in phases without and with an observer, in turns. Needs
// built packages (pnpm build) and Go, which builds the server and its client.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { newest } from '../fixtures/builder/toolchains.mjs'
import { node, script } from './contestants.mjs'
import { median, table } from './rounds.mjs'
import { built } from './target.mjs'

const { values } = parseArgs({
  options: {
    goroutines: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '1000' },
    // Length of a phase.
    seconds: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '5' },
    // Between two looks.
    interval: { type: 'string', default: '1' },
    go: { type: 'string', default: newest },
    // Another observer, run in a pseudo-terminal, PID being the server's: 'node apps/cli/bin/gospy.js top PID'
    command: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
/** What an observer does once, at its start, is not measured. */
const START_MS = 4000
/** Clock ticks of utime and stime in /proc/PID/stat, a second. */
const TICKS = 100
const PERCENTILES = ['p50', 'p90', 'p99', 'p999']

const server = await built('loaded', values.go, ['-n', values.goroutines])
const client = await built('loaded', values.go, ['-load', server.ready.address, '-rate', values.rate])
try {
  process.stdout.write(
    `${values.goroutines} parked goroutines, ${values.rate} requests a second; ${server.ready.goVersion}; ` +
      `${values.rounds} rounds of ${seconds} s without and with ${values.command ?? `a look every ${values.interval} s`}\n\n`,
  )
  await client.ask(seconds)
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const phases = round % 2 === 0 ? [without, observed] : [observed, without]
    const results = []
    for (const phase of phases) results.push(await phase())
    rounds.push(round % 2 === 0 ? results : results.reverse())
  }
  report(rounds)
} finally {
  client.stop()
  server.stop()
}

async function without() {
  return client.ask(seconds)
}

async function observed() {
  const observer = start()
  try {
    await setTimeout(START_MS)
    const [before, started] = [processorSeconds(observer.pid), performance.now()]
    const result = await client.ask(seconds)
    const share = (processorSeconds(observer.pid) - before) / ((performance.now() - started) / 1000)
    if (observer.exitCode !== null) throw new Error('the observer has ended')
    return { ...result, share }
  } finally {
    observer.stdin.end()
    observer.kill()
  }
}

function start() {
  const [command, args] =
    values.command === undefined
      ? node(script('every-second.mjs'), server.pid, values.interval)
      : ['script', ['-qefc', `exec ${values.command.replace('PID', server.pid)}`, '/dev/null']]
  return spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] })
}

/** Processor time of a process and of all that it started. */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  // utime and stime: fields 14 and 15 (proc_pid_stat(5)); the first one here is 3.
  const own = (Number(fields[11]) + Number(fields[12])) / TICKS
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return children.reduce((sum, child) => sum + processorSeconds(child), own)
}

function report(rounds) {
  const ms = (us) => (us / 1000).toFixed(2)
  const rows = PERCENTILES.map((name) => {
    const [bare, seen] = [0, 1].map((phase) => median(rounds.map((round) => round[phase][name])))
    const ratios = rounds.map(([one, other]) => other[name] / one[name])
    return [
      name,
      ms(bare),
      ms(seen),
      ...[median(ratios), Math.min(...ratios), Math.max(...ratios)].map((r) => r.toFixed(2)),
    ]
  })
  const errors = rounds.flat().reduce((sum, phase) => sum + phase.errors, 0)
  const shares = rounds.map(([, { share }]) => share)
  process.stdout.write(table(['without, ms', 'with, ms', 'ratio', 'least', 'most'], rows))
  process.stdout.write(`
latency from when a request was due; ratio: with by without, median, least and most of the rounds. Requests that failed: ${errors}.
The observer used ${median(shares).toFixed(3)} of a core (${Math.min(...shares).toFixed(3)} to ${Math.max(...shares).toFixed(3)}).
`)
}
