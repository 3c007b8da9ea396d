// Holds a signal in hand that a process was about to receive, until it is killed itself.
import { loadNativeCalls } from '../../src/native/load-native-calls.js'
import { sleep } from '../../src/ptrace/clock.js'
import { Tracees } from '../../src/ptrace/tracees.js'

const pid = Number(process.argv[2])
const tracees = new Tracees(pid, loadNativeCalls())
if (!tracees.seize(pid)) throw new Error(`${pid} has ended`)
let sent = 0
while (tracees.heldSignals().size === 0) {
  process.kill(pid, 'SIGUSR2')
  sent++
  for (let round = 0; round < 500 && tracees.poll() > 0; round++) sleep(1)
}
process.stdout.write(`${sent}\n`)
// A pause never gives way to the event loop either.
setTimeout(() => sleep(1e6), 50)
