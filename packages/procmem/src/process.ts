/** A Linux process, from outside. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import type { MemoryReader } from '@gospy/bytes'
import { FileSource } from '@gospy/bytes/node'
import { hostArchitecture } from './arch/architecture.js'
import { type CpuLimits, readCpuLimits } from './cgroup/cpu-limits.js'
import { ProcMemReader } from './memory/proc-mem-reader.js'
import { ProcessVmReader } from './memory/process-vm-reader.js'
import { PtracePeekReader } from './memory/ptrace-peek-reader.js'
import { loadNativeCalls } from './native/load-native-calls.js'
import type { NativeAdapterName, NativeCalls } from './native/native-calls.js'
import { type AuxiliaryVector, parseAuxv } from './proc/auxv.js'
import { type MemoryMap, parseMaps } from './proc/maps.js'
import { NAMESPACE_KINDS, type Namespaces, parseNamespaceLink } from './proc/namespaces.js'
import {
  attempt,
  listProcFolder,
  noSuchProcess,
  procPath,
  readProcBytes,
  readProcLink,
  readProcText,
} from './proc/proc-file.js'
import { pathInRoot } from './proc/root-path.js'
import { parseStat, type ThreadState } from './proc/stat.js'
import { type ProcessStatus, parseStatus } from './proc/status.js'
import { nsOfTicks, timeOfTicks } from './proc/ticks.js'
import { userNameOf } from './proc/user-name.js'
import { ProcessError, systemErrorCode } from './process-error.js'
import { now } from './ptrace/clock.js'
import { Pause } from './ptrace/pause.js'
import { release, stopOne } from './ptrace/stop.js'
import { hasStragglers, releaseStragglers } from './ptrace/stragglers.js'
import { textOrGone, threadNumbersOf, threadStateOf, waitChannelOf } from './ptrace/thread-facts.js'
import { Tracees } from './ptrace/tracees.js'

/** The ways to read a process's memory; all give the same answers. */
export type MemoryMethod = 'proc-mem' | 'process-vm-readv' | 'ptrace-peek'

export interface OpenProcessOptions {
  /** How memory is read. Default `proc-mem`, which needs no native code and is the fastest for single reads. */
  memory?: MemoryMethod
  /** Which package makes native calls. Default: the first of koffi and ffi-napi that is installed. */
  native?: NativeAdapterName
}

export interface PauseOptions {
  /** For how long the process may be stopped, in ms. Default 1000. */
  budgetMs?: number
}

/** For how long `pause` may stop a process unless it is told, in ms. */
export const DEFAULT_PAUSE_BUDGET_MS = 1000
/** How long a read by PTRACE_PEEKDATA waits for a thread to stop, in ms. */
const PEEK_STOP_MS = 1000
/** How often it is looked up whether a process number still means the same process, in ms. */
const IDENTITY_MS = 100
const DELETED = ' (deleted)'

/**
 * Opens the process with that number. Nothing of it is read but that it exists: what takes more rights fails when it is
 * asked for.
 * @throws ProcessError `ESRCH` when there is none; `ETHREAD` for the number of a thread; `EINVAL` for what is no number
 */
export function openProcess(pid: number, options: OpenProcessOptions = {}): Process {
  return new Process(pid, options)
}

export class Process {
  readonly pid: number
  /** Its memory, by the method chosen when it was opened. */
  readonly memory: MemoryReader
  readonly #options: OpenProcessOptions
  readonly #startTicks: number
  /** /proc/PID/stat, open: it stays that of this very process even when the number is used again. */
  #stat: number | undefined
  readonly #closeMemory: () => void
  #verifiedMs: number
  #pause: Pause | undefined

  /** @internal Use `openProcess`. */
  constructor(pid: number, options: OpenProcessOptions) {
    if (!Number.isInteger(pid) || pid <= 0) {
      throw new ProcessError('EINVAL', `${pid} is not the number of a process`, { pid })
    }
    this.pid = pid
    this.#options = options
    const status = parseStatus(readProcText(pid, 'status'))
    if (status.tgid !== pid) {
      throw new ProcessError('ETHREAD', `${pid} is a thread of process ${status.tgid} (${status.name})`, {
        pid,
        advice: [`Use the number of the process: ${status.tgid}`],
      })
    }
    this.#stat = attempt(pid, `read ${procPath(pid, 'stat')}`, () => openSync(procPath(pid, 'stat'), 'r'))
    try {
      const stat = this.#readStat()
      if (stat === undefined || stat.state === 'Z' || stat.state === 'X') throw noSuchProcess(pid)
      this.#startTicks = stat.startTicks
      this.#verifiedMs = now()
      ;[this.memory, this.#closeMemory] = this.#openMemory()
    } catch (error) {
      this.close()
      throw error
    }
  }

  #openMemory(): [memory: MemoryReader, close: () => void] {
    const target = {
      pid: this.pid,
      gone: (what: string) => this.#gone(what),
      verifyIdentity: () => this.#verifyIdentity(),
    }
    switch (this.#options.memory ?? 'proc-mem') {
      case 'proc-mem': {
        const memory = new ProcMemReader(target)
        return [memory, () => memory.close()]
      }
      case 'process-vm-readv':
        return [new ProcessVmReader(target, this.#nativeCalls()), () => {}]
      case 'ptrace-peek': {
        const calls = this.#nativeCalls()
        this.#requireMainThread()
        return [new PtracePeekReader(target, calls, (action) => this.#withStoppedThread(calls, action)), () => {}]
      }
    }
  }

  // What /proc tells

  /** Its mappings, by rising address. Empty for a kernel thread. @throws ProcessError, FormatError */
  maps(): MemoryMap[] {
    const maps = parseMaps(readProcText(this.pid, 'maps'))
    if (maps.length === 0 && !this.isAlive()) throw noSuchProcess(this.pid)
    return maps
  }

  /**
   * What the kernel told it at its start: entry point, program headers, page size.
   * @throws ProcessError `EKERNEL` for a kernel thread, `EACCES` without permission; FormatError
   */
  auxv(): AuxiliaryVector {
    const bytes = this.#ofProgram('read its auxiliary vector', () => readProcBytes(this.pid, 'auxv'))
    if (bytes.length === 0) throw this.#gone('read its auxiliary vector')
    return parseAuxv(bytes)
  }

  /** Name, users, parent, tracer, sizes, now. @throws ProcessError, FormatError */
  status(): ProcessStatus {
    return parseStatus(readProcText(this.pid, 'status'))
  }

  /** The numbers of its threads now, rising. @throws ProcessError */
  threads(): number[] {
    return listProcFolder(this.pid, 'task')
      .map(Number)
      .sort((a, b) => a - b)
  }

  /**
   * A thread's number in each PID namespace, from ours inwards: the last is the one that the process itself knows, as it
   * is in a container. Undefined where the thread has ended. @throws FormatError
   */
  threadNumbers(tid: number): readonly number[] | undefined {
    return threadNumbersOf(this.pid, tid)
  }

  /** What a thread is doing; undefined where it has ended. @throws FormatError */
  threadState(tid: number): ThreadState | undefined {
    return threadStateOf(this.pid, tid)
  }

  /**
   * The function of the kernel that a thread waits in: `futex_wait_queue`. Undefined where it does not wait, the kernel does not
   * tell, or the thread has ended.
   */
  waitChannel(tid: number): string | undefined {
    return waitChannelOf(this.pid, tid)
  }

  /** How much processor time its control groups allow it. @throws ProcessError */
  cpuLimits(): CpuLimits {
    return readCpuLimits(readProcText(this.pid, 'cgroup'), readFileSync('/proc/self/mountinfo', 'utf8'), textOrGone)
  }

  /**
   * The path of its executable in its own root directory, without the kernel's " (deleted)" mark. The file is opened by
   * `openExecutable`, not by this path, which may mean another file here, or none.
   * @throws ProcessError `EKERNEL` for a kernel thread, `EACCES` without permission
   */
  get executable(): string {
    return this.#executable().path
  }

  /** Whether the executable was removed or replaced since the process was started. @throws ProcessError */
  get executableDeleted(): boolean {
    return this.#executable().deleted
  }

  #executable(): { path: string; deleted: boolean } {
    const text = this.#ofProgram('open its executable', () => readProcLink(this.pid, 'exe'))
    if (!text.endsWith(DELETED)) return { path: text, deleted: false }
    // A file may be called so: then it is there, under that very name.
    if (this.#isExecutable(text)) return { path: text, deleted: false }
    return { path: text.slice(0, -DELETED.length), deleted: true }
  }

  #isExecutable(path: string): boolean {
    try {
      const found = statSync(this.rootPath(path), { bigint: true })
      const own = statSync(procPath(this.pid, 'exe'), { bigint: true })
      return found.ino === own.ino && found.dev === own.dev
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      return false
    }
  }

  /**
   * Opens its executable through /proc/PID/exe: also one that was deleted, or lies in a container. To be closed by the
   * caller.
   * @throws ProcessError as `executable`
   */
  openExecutable(): FileSource {
    const path = procPath(this.pid, 'exe')
    return this.#ofProgram('open its executable', () => attempt(this.pid, `open ${path}`, () => new FileSource(path)))
  }

  /** Runs what only a program has; a kernel thread has not. */
  #ofProgram<Result>(what: string, action: () => Result): Result {
    try {
      return action()
    } catch (error) {
      if (error instanceof ProcessError && error.code === 'ESYSTEM') throw this.#gone(what)
      throw error
    }
  }

  /**
   * The path, for us, of a file that the process would open by `path`: through /proc/PID/root, symbolic links followed
   * within that root. Whether it exists is not checked.
   */
  rootPath(path: string): string {
    return pathInRoot(procPath(this.pid, 'root'), path)
  }

  /** The namespaces it is in. @throws ProcessError, FormatError */
  namespaces(): Namespaces {
    const present = new Set(listProcFolder(this.pid, 'ns'))
    const namespaces: { -readonly [Kind in keyof Namespaces]: Namespaces[Kind] } = {}
    for (const kind of NAMESPACE_KINDS) {
      if (present.has(kind)) namespaces[kind] = parseNamespaceLink(readProcLink(this.pid, `ns/${kind}`))
    }
    return namespaces
  }

  /** When it was started, in ms since 1970; exact to a second. */
  get startTime(): number {
    return timeOfTicks(this.#startTicks)
  }

  /**
   * Processor time that all its threads have used since its start, in ns; exact to 10 ms.
   * @throws ProcessError `ESRCH` when it has ended
   */
  get cpuTimeNs(): number {
    const stat = this.#readStat()
    if (stat === undefined) throw noSuchProcess(this.pid)
    return nsOfTicks(stat.userTicks + stat.systemTicks)
  }

  /** The name of its effective user on this machine, or the number as text where it has none. @throws ProcessError */
  get userName(): string {
    return userNameOf(this.status().euid)
  }

  /** Whether it is one of the kernel's own threads, which have no program and no memory. */
  get isKernelThread(): boolean {
    return this.#readStat()?.kernelThread ?? false
  }

  /** Whether it still runs: this very process, not another that got its number. False also for a zombie. */
  isAlive(): boolean {
    const stat = this.#readStat()
    return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X'
  }

  #readStat(): ReturnType<typeof parseStat> | undefined {
    this.#requireOpen()
    const bytes = Buffer.alloc(2048)
    try {
      return parseStat(bytes.toString('latin1', 0, readSync(this.#stat!, bytes, 0, bytes.length, 0)))
    } catch (error) {
      if (systemErrorCode(error) === 'ESRCH') return undefined
      throw error
    }
  }

  // Pausing

  /**
   * Stops every thread, those born meanwhile included.
   * ```ts
   * using pause = process.pause({ budgetMs: 50 })
   * ```
   * @throws ProcessError `ETIMEDOUT` when they did not all stop within the budget (they run on), `ETRACED`, `EPERM`,
   * `ESRCH`, `ENATIVE`, `EWORKER`, `EBUSY` when it is paused already
   */
  pause({ budgetMs = DEFAULT_PAUSE_BUDGET_MS }: PauseOptions = {}): Pause {
    const { pid } = this
    this.#requireOpen()
    if (this.#pause !== undefined) throw new ProcessError('EBUSY', `process ${pid} is paused already`, { pid })
    const calls = this.#prepareToTrace()
    const pause = new Pause({
      pid,
      calls,
      // `calls` can't have been loaded without it.
      architecture: hostArchitecture()!,
      budgetMs,
      onResume: () => {
        this.#pause = undefined
      },
    })
    // Until it was attached, the number could have gone to another process.
    if (!this.isAlive()) {
      pause.resume()
      throw noSuchProcess(pid)
    }
    this.#pause = pause
    return pause
  }

  /** Runs `action` with a thread of the current pause or, without one, with a thread stopped for just that long. */
  #withStoppedThread<Result>(calls: NativeCalls, action: (tid: number) => Result): Result {
    this.#requireOpen()
    const paused = this.#pause?.threads[0]
    if (paused !== undefined) return action(paused)
    if (!this.isAlive()) throw noSuchProcess(this.pid)
    this.#prepareToTrace()
    const tracees = new Tracees(this.pid, calls)
    try {
      const tid = stopOne(tracees, now() + PEEK_STOP_MS)
      if (tid === undefined) throw this.#gone('read its memory')
      return action(tid)
    } finally {
      release(tracees)
    }
  }

  #prepareToTrace(): NativeCalls {
    const { pid } = this
    this.#requireMainThread()
    const calls = this.#nativeCalls()
    if (pid === process.pid) {
      throw new ProcessError('EINVAL', `process ${pid} is this one: a process can't trace itself`, { pid })
    }
    const status = this.status()
    if (status.virtualBytes === undefined) throw this.#gone('pause it')
    releaseStragglers()
    if (hasStragglers(pid)) {
      throw new ProcessError('ETIMEDOUT', `process ${pid} still has a thread that could not be stopped last time`, {
        pid,
        advice: ['It waits for a disk or the like (state D). Try again when that is over, or look without pausing.'],
      })
    }
    return calls
  }

  #nativeCalls(): NativeCalls {
    return loadNativeCalls(this.#options.native)
  }

  #requireMainThread(): void {
    if (isMainThread) return
    throw new ProcessError('EWORKER', `ptrace of process ${this.pid} from a worker thread`, {
      pid: this.pid,
      advice: ['ptrace answers only the thread that attached: pause from the main thread; workers may read memory.'],
    })
  }

  // Its end, and ours

  /** Why what only a living program has is not there. */
  #gone(what: string): ProcessError {
    const { pid } = this
    if (!this.isAlive()) return noSuchProcess(pid)
    const { virtualBytes, name } = this.status()
    // A process that is about to end has no memory any more either.
    if (virtualBytes === undefined && !this.#readStat()?.kernelThread) return noSuchProcess(pid)
    if (virtualBytes === undefined) {
      return new ProcessError('EKERNEL', `cannot ${what}: process ${pid} (${name}) is a kernel thread`, { pid })
    }
    return new ProcessError('EEXEC', `cannot ${what}: process ${pid} runs another program now (${name})`, {
      pid,
      advice: ['Open it anew.'],
    })
  }

  #verifyIdentity(): void {
    this.#requireOpen()
    const time = now()
    if (time - this.#verifiedMs < IDENTITY_MS) return
    if (!this.isAlive()) throw noSuchProcess(this.pid)
    this.#verifiedMs = time
  }

  #requireOpen(): void {
    if (this.#stat !== undefined) return
    throw new ProcessError('ECLOSED', `process ${this.pid} has been closed`, { pid: this.pid })
  }

  /** Resumes it if it is paused and releases what is held here. The process itself is left alone. May be called again. */
  close(): void {
    try {
      this.#pause?.resume()
    } finally {
      this.#closeMemory?.()
      if (this.#stat !== undefined) closeSync(this.#stat)
      this.#stat = undefined
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
