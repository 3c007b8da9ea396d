/** `gospy top PID`: what a process is doing, on a screen that is kept open. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GoProcess } from '@gospy/goruntime'
import type { Io } from '../output.js'
import { warn } from '../render/warnings.js'
import { openTarget, pauseOptions, type TargetOptions } from '../target.js'
import { TopModel } from '../top/model.js'
import { Sampler } from '../top/sample.js'
import { plainFrame } from '../top/screen.js'
import { initialState, type TopState } from '../top/state.js'
import { readTopFlags, type TopFlags } from '../top-options.js'

export interface TopOptions extends TargetOptions, TopFlags {}

/** For how long processor time is counted where one frame is all that there is, in ms: the kernel tells it in steps of 10. */
const CPU_MS = 500

export async function top(io: Io, pid: string | undefined, options: TopOptions): Promise<void> {
  const signal = await show(io, pid, options)
  // As whoever sent it expects: this program was ended by it.
  if (signal !== undefined) process.kill(process.pid, signal)
}

/** @returns the signal that ended it */
async function show(io: Io, pid: string | undefined, options: TopOptions): Promise<NodeJS.Signals | undefined> {
  const request = readTopFlags(options)
  const how = pauseOptions(options)
  const state = initialState(request)
  using target = openTarget(pid, options)
  const { go } = target
  const sampler = new Sampler(go, go.snapshots(how), how)
  if (request.once || !isScreen(io)) {
    await printFrame(io, go, sampler, state)
    return undefined
  }
  const model = new TopModel(go, sampler.take())
  const { runLive } = await import('../top/live.js')
  return await runLive(model, sampler, state, io.stdout.colour)
}

/** Whether there are a screen and a keyboard. */
function isScreen({ stdout }: Io): boolean {
  return stdout.isTerminal && process.stdin.isTTY === true && process.env['TERM'] !== 'dumb'
}

async function printFrame(io: Io, go: GoProcess, sampler: Sampler, state: TopState): Promise<void> {
  sampler.startClock()
  await sleep(CPU_MS)
  const model = new TopModel(go, sampler.take())
  warn(io.stderr, model.latest.snapshot)
  for (const failure of model.latest.failures) io.stderr.write(`gospy: ${failure}\n`)
  io.stdout.write(`${plainFrame(model, state, io.stdout.columns).join('\n')}\n`)
}
