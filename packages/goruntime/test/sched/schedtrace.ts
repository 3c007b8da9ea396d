/** What the runtime says of its own scheduler with GODEBUG=schedtrace=MS,scheddetail=1 (src/runtime/proc.go, schedtrace). */

export interface TracedProcessor {
  readonly id: number
  readonly status: number
  readonly schedtick: number
  readonly syscalltick: number
  readonly m: number | null
  readonly runqsize: number
  /** Absent before Go 1.14. */
  readonly timerslen: number | undefined
}

export interface TracedMachine {
  readonly id: number
  readonly p: number | null
  readonly curg: number | null
  readonly spinning: boolean
  readonly blocked: boolean
  readonly lockedg: number | null
}

export interface SchedTrace {
  readonly gomaxprocs: number
  readonly idleprocs: number
  readonly threads: number
  readonly spinningthreads: number
  readonly idlethreads: number
  readonly runqueue: number
  readonly gcwaiting: boolean
  readonly nmidlelocked: number
  readonly stopwait: number
  readonly sysmonwait: boolean
  /** Absent before Go 1.20. */
  readonly needspinning: boolean | undefined
  readonly processors: readonly TracedProcessor[]
  /** By their numbers. */
  readonly machines: readonly TracedMachine[]
}

/** The traces in what the process wrote, the last one left out, which may not be whole. */
export function parseSchedTraces(text: string): SchedTrace[] {
  const parts = text.split(/^SCHED /m).slice(1, -1)
  return parts.map(parseTrace)
}

function parseTrace(text: string): SchedTrace {
  const [first = '', ...lines] = text.split('\n')
  const head = fields(first)
  return {
    gomaxprocs: Number(head['gomaxprocs']),
    idleprocs: Number(head['idleprocs']),
    threads: Number(head['threads']),
    spinningthreads: Number(head['spinningthreads']),
    idlethreads: Number(head['idlethreads']),
    runqueue: Number(head['runqueue']),
    gcwaiting: flag(head['gcwaiting']),
    nmidlelocked: Number(head['nmidlelocked']),
    stopwait: Number(head['stopwait']),
    sysmonwait: flag(head['sysmonwait']),
    needspinning: head['needspinning'] === undefined ? undefined : flag(head['needspinning']),
    processors: numbered(lines, 'P').map(([id, of]) => ({
      id,
      status: Number(of['status']),
      schedtick: Number(of['schedtick']),
      syscalltick: Number(of['syscalltick']),
      m: reference(of['m']),
      runqsize: Number(of['runqsize']),
      timerslen: of['timerslen'] === undefined ? undefined : Number(of['timerslen']),
    })),
    machines: numbered(lines, 'M')
      .map(([id, of]) => ({
        id,
        p: reference(of['p']),
        curg: reference(of['curg']),
        spinning: flag(of['spinning']),
        blocked: flag(of['blocked']),
        lockedg: reference(of['lockedg']),
      }))
      .sort((a, b) => a.id - b.id),
  }
}

type Fields = Record<string, string>

function fields(line: string): Fields {
  return Object.fromEntries([...line.matchAll(/(\w+)=(\S*)/g)].map(([, name, value]) => [name!, value!]))
}

/** The lines of Ps or Ms. */
function numbered(lines: readonly string[], letter: string): [number, Fields][] {
  return lines.flatMap((line): [number, Fields][] => {
    const id = new RegExp(`^  ${letter}(\\d+): `).exec(line)?.[1]
    return id === undefined ? [] : [[Number(id), fields(line)]]
  })
}

/** `nil`, since Go 1.19, or -1 for none. */
function reference(text: string | undefined): number | null {
  return text === 'nil' || text === '-1' ? null : Number(text)
}

/** A bool since Go 1.20, a number before; of Ms always a bool. */
function flag(text: string | undefined): boolean {
  return text === 'true' || (text !== 'false' && text !== '0')
}
