// The least that any external reader in Node has to do: read all runtime.g of a process, without knowing what is in them.
// Usage: node bare-reads.mjs PID ALLGS_ADDRESS SIZE_OF_G joined|single
import { closeSync, openSync, readSync } from 'node:fs'

const [pid, allgs, size, method] = process.argv.slice(2)
const started = performance.now()
const fd = openSync(`/proc/${pid}/mem`, 'r')
const pointers = (address, count) => {
  const bytes = new Uint8Array(count * 8)
  readSync(fd, bytes, 0, bytes.length, address)
  const words = new Uint32Array(bytes.buffer)
  return Float64Array.from({ length: count }, (_, index) => words[index * 2 + 1] * 2 ** 32 + words[index * 2])
}
const [array, count] = pointers(Number(allgs), 2)
const addresses = pointers(array, count).sort()
const buffer = new Uint8Array(1 << 20)
let reads = 0
for (let next = 0; next < count; ) {
  const start = addresses[next]
  let end = start + Number(size)
  next++
  if (method === 'joined') {
    while (next < count && addresses[next] - end < 4096 && addresses[next] + Number(size) - start < buffer.length) {
      end = addresses[next] + Number(size)
      next++
    }
  }
  readSync(fd, buffer, 0, end - start, start)
  reads++
}
closeSync(fd)
process.stdout.write(`${JSON.stringify({ goroutines: count, reads, ms: performance.now() - started })}\n`)
