// A process's goroutines again and again, as `gospy top` looks at them. Ends when its stdin ends.
// Usage: node every-second.mjs PID SECONDS
import { GoProcess } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'

const [pid, seconds] = process.argv.slice(2).map(Number)
const series = GoProcess.attach(openProcess(pid)).snapshots()
const timer = setInterval(() => series.next(), seconds * 1000)
series.next()
process.stdin.resume().on('end', () => clearInterval(timer))
