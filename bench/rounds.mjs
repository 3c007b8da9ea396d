// Contestants in turn, round by round, so that what else the machine does hits all of them alike.
import { spawnSync } from 'node:child_process'

/**
 * Runs a program to its end.
 * @param {[command: string, args: string[], input?: string]} contestant
 * @param output where stdout goes: by default to /dev/null, for through a pipe the time of whoever reads it would be measured as well
 * @returns milliseconds for the whole process, its start included
 * @throws Error when it fails
 */
export function wholeProcess(name, [command, args, input], output = 'ignore') {
  const started = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(command, args, { input, stdio: ['pipe', output, 'pipe'] })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  if (error || status !== 0) throw new Error(`${name}: ${error?.message ?? stderr}`)
  return ms
}

/**
 * A round without a record to warm up, then `rounds`.
 * @param {Record<string, { rounds?: number, run: () => unknown }>} contestants by name; one that is slow can take part in only so many
 * `rounds`, and does not warm up
 * @returns what `run` returned, by name, one entry per round
 */
export async function inTurns(contestants, rounds) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      if (contestant.rounds !== undefined && (round < 0 || round >= contestant.rounds)) continue
      const result = await contestant.run()
      if (round >= 0) results[name].push(result)
    }
  }
  return results
}

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/** Rows of a name and figures, under a heading of the figures' names. */
export function table(heading, rows) {
  const width = Math.max(...rows.map(([name]) => name.length)) + 1
  const lines = [['', ...heading], ...rows].map(
    ([name, ...figures]) => name.padEnd(width) + figures.map((figure) => figure.padStart(13)).join(''),
  )
  return `${lines.join('\n')}\n`
}

/** Least, median and most of a list of milliseconds, and how the subject's median stands to this one's. */
export function figures(list, subject) {
  const own = median(list)
  return [Math.min(...list), own, Math.max(...list)].map((ms) => ms.toFixed(0)).concat((subject / own).toFixed(2))
}
