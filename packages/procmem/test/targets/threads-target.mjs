// A process with a fixed set of busy threads, and others that are born and end all the time. Each line "ping" is answered
// by how often each busy thread has been round, how many threads came and went, and how many signals arrived.
import { Worker } from 'node:worker_threads'

const busy = Number(process.argv[2] ?? 3)
const churn = process.argv[3] === 'churn'
const counters = new Int32Array(new SharedArrayBuffer(4 * busy))
let born = 0
let signals = 0

for (let index = 0; index < busy; index++) {
  const code = `const { workerData: { counters, index } } = require('node:worker_threads')
    for (;;) { Atomics.add(counters, index, 1); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1) }`
  new Worker(code, { eval: true, workerData: { counters, index } })
}
const next = () => {
  const worker = new Worker('', { eval: true })
  worker.on('online', () => born++)
  worker.on('exit', next)
}
if (churn) for (let index = 0; index < 4; index++) next()

process.on('SIGUSR2', () => {
  signals++
  console.log(JSON.stringify({ signal: signals }))
})
process.stdin.on('data', (data) => {
  for (const line of data.toString().split('\n')) {
    if (line === 'ping') console.log(JSON.stringify({ counters: [...counters], born, signals }))
  }
})
process.stdin.on('end', () => process.exit())
console.log(JSON.stringify({ ready: true }))
