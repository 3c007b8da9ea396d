import { readdirSync } from 'node:fs'
import { startFixture } from 'gospy-fixtures'
import { it } from 'vitest'
import { GoProcess } from '../../src/index.js'
import { disagreementsWithCrash, disagreementsWithStack } from '../agreement.js'
import { openEmulated, QEMU } from './emulated-process.js'

const only = process.env['ONLY'] ?? 'arm64-'
it.each(readdirSync(`${process.cwd()}/fixtures/build`).filter((n) => n.includes('arm64') && new RegExp(only).test(n)))(
  '%s',
  async (name) => {
    const path = `${process.cwd()}/fixtures/build/${name}`
    await using running = await startFixture(path, { emulator: QEMU, env: { GOTRACEBACK: '2' } })
    await running.gc()
    const truth = await running.truth()
    using process_ = openEmulated(running.pid, path)
    const go = GoProcess.attach(process_)
    await new Promise((r) => setTimeout(r, 700))
    const live = go.snapshot()
    const paused = go.snapshot({ pause: { budgetMs: 5000 } })
    const crash = await running.crash()
    const busy = new Set([truth.controlGoroutine])
    const a = disagreementsWithStack(live, truth, busy),
      b = disagreementsWithCrash(paused, crash.goroutines, busy)
    console.log(
      'RESULT',
      name,
      'bias',
      go.bias.toString(16),
      JSON.stringify(live.data.warnings),
      live.count,
      crash.goroutines.length,
      'stack',
      a.length,
      'crash',
      b.length,
    )
    for (const l of a.slice(0, 6)) console.log('   S', l)
    for (const l of b.slice(0, 6)) console.log('   C', l)
  },
)
