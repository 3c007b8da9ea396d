/** The text of /proc/PID/stat and /proc/PID/task/TID/stat (proc_pid_stat(5)): one line of words. */
import { FormatError } from '@gospy/bytes'

/**
 * What a thread is doing, as the kernel writes it: `R` running or ready to run, `S` waiting, `D` waiting and not to be
 * disturbed, `T` stopped by a signal, `t` stopped by a tracer, `Z` ended but not yet collected by its parent, `X` gone,
 * `I` an idle kernel thread; older kernels have a few more.
 */
export type ThreadState = 'R' | 'S' | 'D' | 'T' | 't' | 'Z' | 'X' | 'I' | (string & {})

/** The parts of a stat line that this package uses. */
export interface ThreadStat {
  readonly state: ThreadState
  /** When it was started, in clock ticks (1/100 s) since the machine was. With the number it identifies a process. */
  readonly startTicks: number
  /** Processor time that it has used, its threads' included those that have ended, in clock ticks: as program and in the kernel. */
  readonly userTicks: number
  readonly systemTicks: number
  /** Whether it is one of the kernel's own threads: it has no program and no memory. */
  readonly kernelThread: boolean
}

const SECTION = '/proc/PID/stat'
/** Words behind the name, counted from the state (field 3 of the manual page) as 0. */
const STATE = 0
const FLAGS = 9 - 3
const USER_TIME = 14 - 3
const SYSTEM_TIME = 15 - 3
const START_TIME = 22 - 3
/** PF_KTHREAD (linux/sched.h). */
const KERNEL_THREAD = 0x0020_0000

/** @throws FormatError when the text is not a stat line */
export function parseStat(text: string): ThreadStat {
  // The name stands in parentheses and may itself hold blanks and parentheses: the last one closes it.
  const nameEnd = text.lastIndexOf(') ')
  if (nameEnd < 0) throw new FormatError('no command name in parentheses', { section: SECTION })
  const words = text.slice(nameEnd + 2).split(' ')
  const state = words[STATE] ?? ''
  if (!/^[A-Za-z]$/.test(state)) {
    throw new FormatError(`the state is ${JSON.stringify(state.slice(0, 20))}`, { section: SECTION })
  }
  const flags = words[FLAGS] ?? ''
  if (!/^[0-9]{1,10}$/.test(flags)) {
    throw new FormatError(`the flags are ${JSON.stringify(flags.slice(0, 20))}`, { section: SECTION })
  }
  const ticks = (field: number, what: string) => {
    const text = words[field] ?? ''
    if (/^[0-9]{1,15}$/.test(text)) return Number(text)
    throw new FormatError(`the ${what} is ${JSON.stringify(text.slice(0, 20))}`, { section: SECTION })
  }
  return {
    state,
    startTicks: ticks(START_TIME, 'start time'),
    userTicks: ticks(USER_TIME, 'user time'),
    systemTicks: ticks(SYSTEM_TIME, 'system time'),
    kernelThread: (Number(flags) & KERNEL_THREAD) !== 0,
  }
}
