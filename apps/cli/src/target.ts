/** From what was asked for on the command line to an open Go process. */
import { FileSource } from '@gospy/bytes/node'
import { GoBinary, GoProcess, type LocalsOptions, type Snapshot, type SnapshotOptions } from '@gospy/goruntime'
import { type MemoryMethod, type NativeAdapterName, openProcess, type Process } from '@gospy/procmem'
import { UsageError } from './usage-error.js'

/** Options that all commands about a process share. */
export interface TargetOptions {
  pid?: string
  bin?: string
  pause?: string
  memory?: MemoryMethod
  native?: NativeAdapterName
  showDead?: boolean
  /** False where no stacks are needed. */
  stacks?: boolean
  /** Whose variables are needed. */
  variables?: LocalsOptions
}

export const MEMORY_METHODS: readonly MemoryMethod[] = ['proc-mem', 'process-vm-readv', 'ptrace-peek']

/** Runs `use` on the goroutines of the process that the command line names, and closes it again, whatever happens. */
export function withSnapshot(
  argument: string | undefined,
  options: TargetOptions,
  use: (go: GoProcess, snapshot: Snapshot) => void,
): void {
  const how = snapshotOptions(options)
  withProcess(argument, options, (go) => use(go, go.snapshot(how)))
}

/** Runs `use` on the process that the command line names, and closes it again, whatever happens. */
export function withProcess(argument: string | undefined, options: TargetOptions, use: (go: GoProcess) => void): void {
  using target = openTarget(argument, options)
  use(target.go)
}

/** The process that the command line names, open. Declare it with `using`: all that was opened is closed with it. */
export function openTarget(
  argument: string | undefined,
  options: TargetOptions,
): Disposable & { readonly go: GoProcess } {
  const pid = parsePid(argument, options.pid)
  const opened: Disposable[] = []
  const close = () => {
    for (const each of opened.reverse()) each[Symbol.dispose]()
  }
  const keep = <T extends Disposable>(one: T): T => {
    opened.push(one)
    return one
  }
  try {
    const process = keep(open(pid, options))
    const file = options.bin === undefined ? undefined : keep(new FileSource(options.bin))
    const go = keep(GoProcess.attach(process, file && { twin: new GoBinary(file, file.path) }))
    return { go, [Symbol.dispose]: close }
  } catch (error) {
    close()
    throw error
  }
}

function open(pid: number, { memory, native }: TargetOptions): Process {
  return openProcess(pid, { ...(memory && { memory }), ...(native && { native }) })
}

/** @throws UsageError unless exactly one process is named, by argument or option */
export function parsePid(argument: string | undefined, option: string | undefined): number {
  const text = argument ?? option
  if (text === undefined) throw new UsageError('which process? Give its number; `gospy ps` lists the Go processes')
  if (argument !== undefined && option !== undefined && argument !== option) {
    throw new UsageError(`two processes are named: ${argument} and ${option}`)
  }
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new UsageError(`"${text}" is neither a command nor the number of a process`)
  return Number(text)
}

function snapshotOptions(options: TargetOptions): SnapshotOptions {
  const { showDead, stacks, variables } = options
  return {
    ...pauseOptions(options),
    ...(showDead && { dead: true }),
    ...(stacks === false && { stacks }),
    ...(variables && { variables }),
  }
}

/** Whether, and for how long at most, the process is stopped. @throws UsageError */
export function pauseOptions({ pause }: TargetOptions): Pick<SnapshotOptions, 'pause'> {
  return pause === undefined ? {} : { pause: { budgetMs: parsePause(pause) } }
}

function parsePause(pause: string): number {
  if (!/^[1-9]\d{0,5}$/.test(pause)) throw new UsageError(`--pause takes milliseconds, not "${pause}"`)
  return Number(pause)
}
