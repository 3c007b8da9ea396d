// The least that any external reader in Node has to do for all stacks of a process: read every runtime.g for the saved sp and
// the upper end of its stack, then what lies between the two, without knowing what is in it.
// Usage: node bare-stacks.mjs PID ALLGS_ADDRESS SIZE_OF_G OFFSET_OF_SCHED_SP OFFSET_OF_STACK_HI joined|single
import { bareMemory } from './bare-memory.mjs'

const [pid, allgs, size, schedSp, stackHi] = process.argv.slice(2, 7).map(Number)
const gap = process.argv[7] === 'joined' ? 4096 : -1
const started = performance.now()
const memory = bareMemory(pid)
const [array, count] = memory.pointers(allgs, 2)
const gs = memory.pointers(array, count).sort()
const stacks = []
const gEnds = gs.map((g) => g + size)
memory.ranges(gs, gEnds, 4096, (first, next) => {
  for (let index = first; index < next; index++) {
    const offset = gs[index] - gs[first]
    const [sp, hi] = [memory.word(offset + schedSp), memory.word(offset + stackHi)]
    if (sp !== 0 && sp < hi) stacks.push([sp, hi])
  }
})
const starts = Float64Array.from(stacks, ([sp]) => sp).sort()
// Stacks do not overlap: their ends have the same order.
const ends = Float64Array.from(stacks, ([, hi]) => hi).sort()
const { reads, bytes } = memory.ranges(starts, ends, gap)
process.stdout.write(`${JSON.stringify({ stacks: stacks.length, reads, bytes, ms: performance.now() - started })}\n`)
