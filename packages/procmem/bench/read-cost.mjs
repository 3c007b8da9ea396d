// What a read costs by each way, as multiples of an 8-byte read through /proc/PID/mem in the same run: node bench/read-cost.mjs
// (after `pnpm --filter @gospy/procmem run build`).
import { spawn } from 'node:child_process'
import { openProcess } from '../dist/index.js'

const WAYS = [
  ['proc-mem', undefined],
  ['process-vm-readv', 'koffi'],
  ['process-vm-readv', 'ffi-napi'],
  ['ptrace-peek', 'koffi'],
  ['ptrace-peek', 'ffi-napi'],
]
const child = spawn(process.execPath, [
  '-e',
  'globalThis.kept = Buffer.alloc(64 << 20, 7); console.log(1); setInterval(() => {}, 1e6)',
])
try {
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const nsPerCall = (action, count) => {
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 5; round++) {
      const start = process.hrtime.bigint()
      for (let index = 0; index < count; index++) action()
      best = Math.min(best, Number(process.hrtime.bigint() - start) / count)
    }
    return best
  }
  let unit
  for (const [memory, native] of WAYS) {
    const target = openProcess(child.pid, { memory, native })
    const { start } = target.maps().find((map) => map.writable && map.path === '' && map.end - map.start >= 64 << 20)
    // PTRACE_PEEKDATA outside of a pause stops a thread for each read: that is not what is measured here.
    const pause = memory === 'ptrace-peek' ? target.pause({ budgetMs: 60_000 }) : undefined
    const few = memory === 'ptrace-peek' ? 20 : 2000
    const of = (length) => {
      const into = new Uint8Array(length)
      return nsPerCall(() => target.memory.read(start + 4096, into), few)
    }
    const ranges = Array.from({ length: 1000 }, (_, index) => ({
      address: start + ((index * 7919) % 4000) * 16_000,
      into: new Uint8Array(448),
      bytesRead: 0,
    }))
    const costs = [of(8), of(4096), of(65_536), nsPerCall(() => target.memory.readRanges(ranges), 3) / ranges.length]
    unit ??= costs[0]
    pause?.resume()
    target.close()
    console.log(
      `${memory} ${native ?? ''}`.padEnd(28),
      ['8 B', '4 KiB', '64 KiB', 'each of 1000 x 448 B']
        .map((name, index) => `${name}: ${(costs[index] / unit).toFixed(1)} (${(costs[index] / 1000).toFixed(2)} us)`)
        .join('  '),
    )
  }
  const target = openProcess(child.pid)
  const pauses = Array.from({ length: 30 }, () => {
    const pause = target.pause({ budgetMs: 60_000 })
    pause.resume()
    return pause.pausedNs
  }).sort((a, b) => a - b)
  console.log(`pause of ${target.threads().length} threads: median ${(pauses[15] / 1000).toFixed(0)} us`)
} finally {
  child.kill('SIGKILL')
}
