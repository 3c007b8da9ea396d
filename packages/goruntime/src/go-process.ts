/** A running Go process: its program, where that was loaded, and the way to its goroutines. */
import { FormatError, readExactly } from '@gospy/bytes'
import type { FileSource } from '@gospy/bytes/node'
import { AMD64, ARM64, type Dwarf } from '@gospy/dwarf'
import type { OpenElfFile } from '@gospy/elf/node'
import { type BuildInfo, PclnTable } from '@gospy/gosym'
import { type AuxiliaryVector, openProcess, type Process } from '@gospy/procmem'
import { elfDwarf } from './elf-dwarf.js'
import type { FunctionTable } from './function-table.js'
import { FurtherData } from './further/further-data.js'
import { dwarfSource, type FurtherSource, openedSource } from './further/further-source.js'
import { type DebugData, GoBinary } from './go-binary.js'
import type { HeapSnapshot } from './heap/heap-snapshot.js'
import { type HeapOptions, type HeapTarget, takeHeapSnapshot } from './heap/take-heap-snapshot.js'
import { loadBias } from './load-bias.js'
import type { LocalsSource } from './locals/locals-source.js'
import { dwarfRuntimeData, type RuntimeData } from './runtime-data.js'
import type { RuntimeLayout } from './runtime-layout.js'
import type { Scheduler } from './sched/scheduler.js'
import { type SchedulerOptions, takeScheduler } from './sched/take-scheduler.js'
import { layoutFromFile, separateDebugFile } from './separate-debug-file.js'
import type { Snapshot } from './snapshot.js'
import { type SnapshotOptions, SnapshotSeries } from './snapshot-series.js'
import type { SnapshotSource, StoppedProcess } from './snapshot-source.js'
import { type StrippedProcess, strippedLayout } from './stripped-layout.js'
import { takeSnapshot } from './take-snapshot.js'
import { packedError, TargetError } from './target-error.js'
import { checkTwin } from './twin.js'
import { PackageVariables } from './values/package-variables.js'
import { versionFacts } from './version-facts.js'
import { findWaitReasons, type WaitReasons } from './wait-reasons.js'

export interface AttachOptions {
  /** An unstripped twin of the process's program: the same source built by the same Go, but with debug data. */
  twin?: GoBinary
}

/** Architectures whose processes can be read: 64-bit and little-endian, like the machines this runs on. */
const SUPPORTED = ['amd64', 'arm64']

export class GoProcess {
  readonly process: Process
  /** The program as the process runs it. */
  readonly program: GoBinary
  /** Where debug data are taken from: the program itself or its twin. */
  readonly binary: GoBinary
  /** What is added to link-time addresses in the process. */
  readonly bias: number
  readonly #file: FileSource
  readonly #layout: RuntimeLayout
  readonly #waitReasons: WaitReasons
  readonly #warnings: string[] = []
  #runtimeData: RuntimeData | undefined
  #furtherSource: FurtherSource | undefined
  #further: FurtherData | undefined
  /** Path of the separate debug file that the layout was taken from. */
  #debugFile: string | undefined
  /** That file, open again for the types and variables in it. */
  #openDebugFile: OpenElfFile | undefined
  #variables: PackageVariables | undefined
  #functionTable: FunctionTable | undefined
  #sameTime: boolean | undefined

  private constructor(
    process: Process,
    file: FileSource,
    program: GoBinary,
    auxv: AuxiliaryVector,
    twin: GoBinary | undefined,
  ) {
    this.#file = file
    this.process = process
    this.program = program
    this.binary = twin ?? program
    if (twin !== undefined) checkTwin(program, twin)
    this.bias = loadBias(program.elf, auxv)
    this.#layout = this.#findLayout()
    if (this.#layout.missing.length > 0) {
      this.#warnings.push(
        `${program.goVersion.text} is not known to lack ${this.#layout.missing.join(', ')}: what depends on it is shown as unknown`,
      )
    }
    const { g, variables } = this.#layout
    const reasons = findWaitReasons(process.memory, g.fields.waitreason, variables.waitReasonStrings, this.bias)
    if (reasons.warning !== undefined) this.#warnings.push(reasons.warning)
    this.#waitReasons = reasons
  }

  /** By debug data, if there are any: else by what the tables of this package know of the Go version, and the process itself. */
  #findLayout(): RuntimeLayout {
    const { binary } = this
    if (binary.debugData === 'dwarf') {
      this.#runtimeData = dwarfRuntimeData(binary.layout, 'DWARF')
      this.#furtherSource = dwarfSource(binary.dwarf)
      return binary.layout
    }
    const separate = this.#separateLayout()
    if (separate !== undefined) return separate
    binary.requireSupportedVersion()
    const found = strippedLayout(this.strippedProcess())
    this.#warnings.push(...found.warnings)
    this.#runtimeData = found.data
    this.#furtherSource = found.further
    return found.layout
  }

  /** By the separate debug file of the program, where one is installed. */
  #separateLayout(): RuntimeLayout | undefined {
    using file = separateDebugFile(this.process, this.binary)
    if (file === undefined) return undefined
    const layout = layoutFromFile(file, this.binary.minor)
    if (layout === undefined) return undefined
    this.#debugFile = file.path
    this.#furtherSource = openedSource((read) => {
      using again = separateDebugFile(this.process, this.binary)
      if (again === undefined) throw new TargetError('NO_DEBUG_DATA', `${file.path} is no longer there`)
      return read(elfDwarf(again))
    })
    this.#runtimeData = dwarfRuntimeData(layout, `DWARF of ${file.path}`)
    return layout
  }

  /**
   * Looks at a process's program and finds the runtime's data. Nothing is stopped, nothing is written. Close it, or
   * declare it with `using`.
   * @param process stays open as long as this object is used; the caller closes it
   * @throws TargetError when it is not a Go process that can be shown; ProcessError when it may not be read or has ended
   */
  static attach(process: Process, options: AttachOptions = {}): GoProcess {
    const before = process.auxv()
    const file = process.openExecutable()
    try {
      // Opens the memory; what the kernel told the program lies elsewhere at each start: the same answer, the same start.
      process.memory.read(before.AT_ENTRY ?? 0, new Uint8Array(1))
      if (JSON.stringify(process.auxv()) !== JSON.stringify(before)) {
        throw new TargetError(
          'BAD_RUNTIME_DATA',
          `process ${process.pid} started another program while it was looked at`,
          'try again',
        )
      }
      const program = new GoBinary(file, process.executable)
      requireGo(process.pid, program)
      return new GoProcess(process, file, program, before, options.twin)
    } catch (error) {
      file.close()
      throw error
    }
  }

  /** Closes the program's file; the process itself is the caller's. May be called again. */
  close(): void {
    this.#file.close()
    this.#openDebugFile?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** How much debug data there are: of the program or its twin, or of a separate debug file. */
  get debugData(): DebugData {
    return this.#debugFile === undefined ? this.binary.debugData : 'dwarf'
  }

  /** How the runtime's data were found in the process. */
  get runtimeData(): RuntimeData {
    return this.#runtimeData!
  }

  /**
   * Structs and variables of the runtime that only some answers need, found when they are asked for.
   * @internal
   */
  get further(): FurtherData {
    this.#further ??= new FurtherData(this.#furtherSource!, this.binary.minor)
    return this.#further
  }

  get pid(): number {
    return this.process.pid
  }

  /** Path of the program, as the process's own mount namespace has it. */
  get executable(): string {
    return this.process.executable
  }

  /**
   * All goroutines. By default the process runs on meanwhile, and what changed while it was read is marked torn.
   * @throws AllgsError, UnreadableMemoryError, TargetError when the runtime's data are not what they must be; NO_DEBUG_DATA where
   * variables were asked for, which takes debug data of the program, a twin or a separate debug file
   */
  snapshot(options: SnapshotOptions = {}): Snapshot {
    return takeSnapshot(this.source(), options, options.variables && this.localsSource())
  }

  /** All goroutines again and again: snapshots as `snapshot` takes them, of which each costs less than the first. */
  snapshots(options: SnapshotOptions = {}): SnapshotSeries {
    return new SnapshotSeries(() => this.source(), options, options.variables && this.localsSource())
  }

  /**
   * What the scheduler is doing: Ps, Ms, run queues. By default the process runs on meanwhile, and what changed at every look is
   * marked torn.
   * @throws TargetError, UnreadableMemoryError when the runtime's data are not what they must be
   */
  scheduler(options: SchedulerOptions = {}): Scheduler {
    return takeScheduler(this.source(), this.further, options)
  }

  /**
   * The heap and the garbage collector. By default the process runs on meanwhile: `stable` tells whether anything changed.
   * @throws UnreadableMemoryError when the runtime's data cannot be read; TargetError PAUSE_TOO_SHORT
   */
  heap(options: HeapOptions = {}): HeapSnapshot {
    return takeHeapSnapshot(this.heapTarget(), options)
  }

  /**
   * What `heap` looks at.
   * @internal
   */
  heapTarget(): HeapTarget {
    const { process, bias, binary, further } = this
    return {
      memory: process.memory,
      variables: this.#layout.variables,
      further,
      bias,
      minor: binary.minor,
      warnings: this.#warnings,
      pause: (budgetMs) => this.#pause(budgetMs),
    }
  }

  /**
   * The variables of the program's packages.
   * @throws TargetError NO_DEBUG_DATA where neither the program nor a twin or a separate debug file has debug data
   */
  get variables(): PackageVariables {
    this.#variables ??= new PackageVariables({
      memory: this.process.memory,
      dwarf: this.#dwarf,
      bias: this.bias,
      functions: this.#functions,
      ...versionFacts(this.binary.minor),
      pause: (budgetMs) => this.#pause(budgetMs),
    })
    return this.#variables
  }

  /**
   * What variables of frames are read from.
   * @internal
   */
  localsSource(): LocalsSource {
    const { binary, bias, variables } = this
    return {
      dwarf: this.#dwarf,
      architecture: binary.arch === 'arm64' ? ARM64 : AMD64,
      bias,
      functions: this.#functions,
      facts: versionFacts(binary.minor),
      space: (memory) => variables.space(memory),
    }
  }

  get #dwarf(): Dwarf {
    const { binary } = this
    if (binary.debugData === 'dwarf') return binary.dwarf
    if (this.#debugFile !== undefined) this.#openDebugFile ??= separateDebugFile(this.process, binary)
    if (this.#openDebugFile !== undefined) return elfDwarf(this.#openDebugFile)
    throw new TargetError(
      'NO_DEBUG_DATA',
      `${binary.path} has no debug data (DWARF), which alone say what types variables are of`,
      'pass an unstripped twin, the same source built by the same Go without -s and -w (--bin FILE), or install its separate debug file',
    )
  }

  /**
   * What a snapshot is taken from.
   * @internal
   */
  source(): SnapshotSource {
    const { process, bias, binary } = this
    return {
      memory: process.memory,
      arch: binary.arch,
      layout: this.#layout,
      facts: versionFacts(binary.minor),
      bias,
      waitReasons: this.#waitReasons,
      warnings: this.#warnings,
      functions: this.#functions,
      modules: modulePaths(binary.buildInfo),
      hostThread: this.#hostThreads(),
      monotonicNow: () => this.#monotonicNow(),
      pause: (budgetMs) => this.#pause(budgetMs),
    }
  }

  /**
   * The function table, and what its addresses lack. Until Go 1.17 it holds some, which in a position-independent program are
   * right only once it is loaded: then the table is read from memory.
   */
  get #functions(): FunctionTable {
    this.#functionTable ??= this.#findFunctions()
    return this.#functionTable
  }

  #findFunctions(): FunctionTable {
    const { binary, bias } = this
    const { version } = binary.goVersion
    const place = binary.pclntabPlace
    const isRelocated = binary.isPie && versionFacts(binary.minor).tableHasAddresses
    if (place === undefined || !isRelocated) return { table: binary.pclntab, bias, version }
    const bytes = readExactly(this.process.memory, place.address + bias, place.source.size)
    const readAddress = (address: number, length: number) => {
      const bytes = new Uint8Array(length)
      return this.process.memory.read(address, bytes) === length ? bytes : undefined
    }
    try {
      return { table: PclnTable.parse(bytes, { goVersion: version, readAddress }), bias: 0, version }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      const what = `the function table in the memory of process ${this.pid} cannot be used`
      throw new TargetError('BAD_RUNTIME_DATA', `${what}: ${error.message}`, undefined, error)
    }
  }

  /**
   * The process as one whose program has no debug data.
   * @internal
   */
  strippedProcess(): StrippedProcess {
    const { binary, process, bias } = this
    const listed = () => new Set(process.threads().map((tid) => process.threadNumbers(tid)?.at(-1) ?? tid))
    let threads = listed()
    // One that was born since is looked for anew.
    const isThread = (tid: number) => {
      if (!threads.has(tid)) threads = listed()
      return threads.has(tid)
    }
    const maps = process.maps()
    return {
      pid: process.pid,
      program: binary,
      memory: process.memory,
      bias,
      functions: this.#functions,
      isThread,
      isMapped: (address) => maps.some(({ start, end }) => address >= start && address < end),
      now: this.#monotonicNow(),
    }
  }

  #pause(budgetMs: number | undefined): StoppedProcess {
    const pause = this.process.pause(budgetMs === undefined ? {} : { budgetMs })
    return {
      get remainingMs() {
        return pause.remainingMs
      },
      registers: (thread) => {
        if (!pause.threads.includes(thread)) return undefined
        const registers = pause.registers(thread)
        const { pc, sp } = registers
        const value = (name: string) => {
          if (registers.names.includes(name)) return registers.value(name)
          const vectors = pause.vectorRegisters(thread)
          return vectors.names.includes(name) ? vectors.value(name) : undefined
        }
        return { pc, sp, lr: registers.names.includes('x30') ? registers.number('x30') || 0 : 0, value }
      },
      resume: () => {
        pause.resume()
        return pause.pausedNs / 1e6
      },
    }
  }

  /**
   * Go notes the number that a thread has in its own pid namespace; people outside see another one.
   */
  #hostThreads(): (procid: number) => number {
    if (this.process.status().nsPid.length === 1) return (procid) => procid
    const inner = new Map<number, number>()
    for (const tid of this.process.threads()) {
      const numbers = this.process.threadNumbers(tid)
      if (numbers !== undefined) inner.set(numbers.at(-1)!, tid)
    }
    return (procid) => inner.get(procid) ?? 0
  }

  /** Node and Go both read CLOCK_MONOTONIC, which is the same for all processes of a time namespace. */
  #monotonicNow(): number | undefined {
    this.#sameTime ??= this.process.namespaces().time === ownTimeNamespace()
    return this.#sameTime ? Number(process.hrtime.bigint()) : undefined
  }
}

/** @throws TargetError unless it is a Go program for a machine whose processes can be read */
function requireGo(pid: number, program: GoBinary): void {
  if (!program.isGoProgram) {
    if (program.isPacked) throw packedError(`the program of process ${pid}, ${program.path},`)
    throw new TargetError(
      'NOT_GO',
      `process ${pid} is not a Go program: ${program.path} has no Go build information and no Go function table`,
      '`gospy ps` lists the Go processes',
    )
  }
  if (!SUPPORTED.includes(program.arch)) {
    throw new TargetError(
      'UNSUPPORTED_ARCHITECTURE',
      `process ${pid} runs a Go program for ${program.arch}; the goroutines of ${SUPPORTED.join(' and ')} programs can be read`,
    )
  }
}

function modulePaths(info: BuildInfo | undefined): string[] {
  return [info?.main, ...(info?.deps ?? [])].flatMap((module) => (module === undefined ? [] : [module.path]))
}

/** The number of this process's time namespace; undefined before Linux 5.6, which has none. */
function ownTimeNamespace(): number | undefined {
  using own = openProcess(process.pid)
  return own.namespaces().time
}
