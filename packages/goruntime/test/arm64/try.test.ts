import { startFixture } from 'gospy-fixtures'
import { it } from 'vitest'
import { GoProcess } from '../../src/index.js'
import { disagreementsWithCrash, disagreementsWithStack } from '../agreement.js'
import { openEmulated, QEMU } from './emulated-process.js'

it.each(['1.26.11-arm64-exe', '1.26.11-arm64-pie', '1.19.13-arm64-exe', '1.19.13-arm64-pie'])('%s', async (name) => {
  const path = `${process.cwd()}/fixtures/build/states-go${name}`
  await using running = await startFixture(path, { emulator: QEMU, env: { GOTRACEBACK: '2' } })
  await running.gc()
  const truth = await running.truth()
  using process_ = openEmulated(running.pid, path)
  const go = GoProcess.attach(process_)
  await new Promise((r) => setTimeout(r, 500))
  const live = go.snapshot()
  const paused = go.snapshot({ pause: { budgetMs: 5000 } })
  const crash = await running.crash()
  const busy = new Set([truth.controlGoroutine])
  console.log(name, go.bias.toString(16), live.data.warnings, live.count, crash.goroutines.length)
  console.log(disagreementsWithStack(live, truth, busy), disagreementsWithCrash(paused, crash.goroutines, busy))
})
