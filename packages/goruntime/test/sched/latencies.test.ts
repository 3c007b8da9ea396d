/** How long goroutines waited to run, against what the process itself reads from runtime/metrics (/sched/latencies:seconds). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openProcess } from '@gospy/procmem'
import { afterAll, describe, expect, it } from 'vitest'
import { durationAt, GoProcess, histogramBetween, totalOf } from '../../src/index.js'
import { timeHistogram } from '../../src/sched/time-histogram.js'

const SOURCE = `package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/metrics"
	"sync"
	"time"
)

func main() {
	var all sync.WaitGroup
	for i := 0; i < 400; i++ {
		all.Add(1)
		go func() {
			for j := 0; j < 20; j++ {
				time.Sleep(50 * time.Microsecond)
			}
			all.Done()
		}()
	}
	all.Wait()
	samples := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	in := bufio.NewScanner(os.Stdin)
	for {
		metrics.Read(samples)
		histogram := samples[0].Value.Float64Histogram()
		fmt.Println(histogram.Counts)
		fmt.Println(histogram.Buckets)
		if !in.Scan() {
			return
		}
	}
}
`

const folder = mkdtempSync(join(tmpdir(), 'gospy-latencies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Built by the Go that is installed; undefined where there is none. */
function build(): string | undefined {
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src', 'main.go'), SOURCE)
  writeFileSync(join(folder, 'src', 'go.mod'), 'module latencies\n\ngo 1.20\n')
  const program = join(folder, 'latencies')
  const env = { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' }
  const { status } = spawnSync('go', ['build', '-o', program, '.'], { cwd: join(folder, 'src'), env })
  return status === 0 ? program : undefined
}

/** What Go prints of a slice: `[1 2 +Inf]`. */
const numbers = (line: string) =>
  line
    .slice(1, -1)
    .split(' ')
    .map((word) => Number(word.replace('Inf', 'Infinity')))

class Program {
  readonly #lines: AsyncIterator<string>
  readonly child: ChildProcess

  constructor(path: string) {
    this.child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
  }

  async read(): Promise<{ counts: number[]; bounds: number[] }> {
    const [counts, buckets] = [await this.#lines.next(), await this.#lines.next()]
    return { counts: numbers(counts.value), bounds: numbers(buckets.value).map((seconds) => seconds * 1e9) }
  }

  next() {
    this.child.stdin!.write('\n')
    return this.read()
  }
}

const path = build()

describe('how long goroutines waited to run', () => {
  it.skipIf(path === undefined)('is what runtime/metrics says (skipped where no Go is installed)', async () => {
    const program = new Program(path!)
    const first = await program.read()
    for (let attempt = 0, before = first; ; attempt++) {
      using target = openProcess(program.child.pid!)
      using go = GoProcess.attach(target)
      const { timeToRun } = go.scheduler()
      const after = await program.next()
      if (JSON.stringify(before.counts) !== JSON.stringify(after.counts) && attempt < 50) {
        before = after
        continue
      }
      const { counts, bounds, underflow, overflow } = timeToRun!
      expect([underflow, ...counts, overflow]).toEqual(before.counts)
      // The first and the last bucket have no other end.
      const theirs = before.bounds.slice(1, -1)
      expect(theirs).toHaveLength(bounds.length + 1)
      for (const [index, bound] of bounds.entries()) expect(bound).toBeCloseTo(theirs[index]!, 3)
      expect(totalOf(timeToRun!)).toBeGreaterThan(500)
      break
    }
    program.child.stdin!.end()
    await once(program.child, 'close')
  })

  it('has buckets as Go 1.17 to 1.19 and as later ones', () => {
    // src/runtime/histogram.go, timeHistogramMetricsBuckets, of 1.19: 0 to 15 ns, then 16 of each power of two.
    const old = timeHistogram(new Array(720).fill(0))!
    expect(old.bounds.slice(0, 18)).toEqual([...Array(17).keys(), 17])
    expect(old.bounds.slice(32, 34)).toEqual([32, 34])
    expect(old.bounds.at(-1)).toBe(2 ** 47 + 15 * 2 ** 43)
    const late = timeHistogram(new Array(160).fill(0))!
    expect(late.bounds.slice(0, 9)).toEqual([0, 64, 128, 192, 256, 320, 384, 448, 512])
    expect(timeHistogram(new Array(100).fill(0))).toBeNull()
  })

  it('tells the end of the bucket that a share of them is in', () => {
    const counts = new Array(160).fill(0)
    counts[1] = 98
    counts[8] = 2
    const histogram = timeHistogram(counts)!
    expect(durationAt(histogram, 0.5)).toBe(128)
    expect(durationAt(histogram, 0.98)).toBe(128)
    expect(durationAt(histogram, 0.99)).toBe(640)
    const later = timeHistogram(counts, 1, 3)!
    expect(durationAt(later, 1)).toBe(Number.POSITIVE_INFINITY)
    expect(totalOf(histogramBetween(histogram, later))).toBe(4)
    expect(durationAt(histogramBetween(histogram, histogram), 0.5)).toBeNull()
  })
})
