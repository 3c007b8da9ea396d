/** A program that looks on and on takes second place: the process that it looks at may need every processor. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

/** Which processor a thread ran on last: field 39 of /proc/PID/stat (proc_pid_stat(5)), counted behind the name from field 3. */
const PROCESSOR = 39 - 3

/**
 * Lowers this program's priority, and keeps all its threads on one processor: a look, and the threads that collect garbage beside it,
 * otherwise get into the way on several (`pnpm bench:top`: with 1000 requests a second on two processors, their 99th percentile was
 * 1.7 to 2.0 times as long as without gospy, and 1.1 to 1.5 times since). Node cannot ask for that itself; where there is no
 * `taskset`, only the priority is lowered.
 */
export function yieldToOthers(): void {
  setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL))
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const processor = stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[PROCESSOR]
  spawnSync('taskset', ['-a', '-p', '-c', processor ?? '0', String(process.pid)], { stdio: 'ignore' })
}
