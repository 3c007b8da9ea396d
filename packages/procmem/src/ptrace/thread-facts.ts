/** What /proc tells of threads while they come and go: every answer may be "gone". */
import { readdirSync, readFileSync } from 'node:fs'
import { parseStat, type ThreadState } from '../proc/stat.js'
import { parseStatus } from '../proc/status.js'
import { systemErrorCode } from '../process-error.js'

/** The text of a file of /proc, or undefined where the thread or process has ended. */
export function textOrGone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

/** The threads of a process, in no particular order; none where it has ended. */
export function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH') return []
    throw error
  }
}

/** What a thread is doing, or undefined where it has ended. */
export function threadStateOf(pid: number, tid: number): ThreadState | undefined {
  const text = textOrGone(`/proc/${pid}/task/${tid}/stat`)
  return text === undefined ? undefined : parseStat(text).state
}

/** The kernel's function that a thread waits in; undefined where there is none or it is not told (`0`: proc_pid_wchan(5)). */
export function waitChannelOf(pid: number, tid: number): string | undefined {
  const name = textOrGone(`/proc/${pid}/task/${tid}/wchan`)?.trim()
  return name === '' || name === '0' ? undefined : name
}

/** A thread's number in each PID namespace, from ours inwards, or undefined where it has ended. */
export function threadNumbersOf(pid: number, tid: number): readonly number[] | undefined {
  const text = textOrGone(`/proc/${pid}/task/${tid}/status`)
  return text === undefined ? undefined : parseStatus(text).nsPid
}

/** The number of a thread's tracer; 0 for none, or where the thread has ended. */
export function tracerOf(pid: number, tid: number): number {
  const text = textOrGone(`/proc/${pid}/task/${tid}/status`)
  return text === undefined ? 0 : parseStatus(text).tracerPid
}

/** How many threads the kernel counts; 0 where the process has ended. */
export function threadCountOf(pid: number): number {
  const text = textOrGone(`/proc/${pid}/status`)
  return text === undefined ? 0 : parseStatus(text).threads
}

/** Whether the process is a child of this one. */
export function isOwnChild(pid: number): boolean {
  const text = textOrGone(`/proc/${pid}/status`)
  return text !== undefined && parseStatus(text).ppid === process.pid
}

/** A tracer for people: `process 77 (gdb)`. */
export function tracerText(pid: number): string {
  const name = textOrGone(`/proc/${pid}/comm`)?.trimEnd()
  return name === undefined ? `process ${pid}` : `process ${pid} (${name})`
}
