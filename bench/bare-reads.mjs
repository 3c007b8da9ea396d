// The least that any external reader in Node has to do: read all runtime.g of a process, without knowing what is in them.
// Usage: node bare-reads.mjs PID ALLGS_ADDRESS SIZE_OF_G joined|single
import { bareMemory } from './bare-memory.mjs'

const [pid, allgs, size, method] = process.argv.slice(2)
const started = performance.now()
const memory = bareMemory(pid)
const [array, count] = memory.pointers(Number(allgs), 2)
const starts = memory.pointers(array, count).sort()
const ends = starts.map((start) => start + Number(size))
const { reads } = memory.ranges(starts, ends, method === 'joined' ? 4096 : -1)
process.stdout.write(`${JSON.stringify({ goroutines: count, reads, ms: performance.now() - started })}\n`)
