/** The scheduler's data, copied from a process that runs or stands still. Nothing is decoded that takes more than memory. */
import type { MemoryReader } from '@gospy/bytes'
import type { FurtherField } from '../further/contract.js'
import type { FurtherData } from '../further/further-data.js'
import { StructView } from '../further/struct-view.js'
import type { MField, PField } from '../runtime-contract.js'
import type { RuntimeLayout, StructLayout } from '../runtime-layout.js'
import type { SCHED_VARIABLES } from './contract.js'
import { type GoroutineWords, readGoroutine, type SchedGField } from './goroutine-names.js'
import { type Looked, lookAgain } from './look-again.js'
import { processorAddresses } from './processor-addresses.js'

export type SchedPField = PField | FurtherField<'schedP'>
export type SchedMField = MField | FurtherField<'schedM'>
export type SchedtField = FurtherField<'schedt'>

/** More Ms than a process has threads. */
const MOST_MS = 1 << 16
/** Of the global run queue, which is a list through memory, so many goroutines are read. */
const MOST_QUEUED = 1024

export interface ProcessorCopy {
  readonly address: number
  readonly view: StructView<SchedPField>
  readonly runq: readonly GoroutineWords[]
  readonly runqSize: number | null
  readonly runnext: GoroutineWords | undefined
}

export interface MachineCopy {
  readonly address: number
  readonly view: StructView<SchedMField>
  readonly curg: GoroutineWords | undefined
  readonly lockedg: GoroutineWords | undefined
  /** Where the code begins that the M was started with; 0 for none. */
  readonly startpc: number
}

export interface GlobalCopy {
  readonly view: StructView<SchedtField>
  readonly runq: readonly GoroutineWords[]
  /** Addresses. */
  readonly idleProcessors: readonly number[]
  readonly idleMachines: readonly number[]
}

export interface SchedulerCopy {
  readonly gomaxprocs: number | null
  /** Calls from Go to C of Ms that are gone. */
  readonly ncgocall: number | null
  /** How many runtime.g there are; null where that is not known. */
  readonly gs: number | null
  readonly processors: readonly Looked<ProcessorCopy>[]
  readonly machines: readonly Looked<MachineCopy>[]
  /** Undefined where runtime.sched is not found or not known. */
  readonly global: Looked<GlobalCopy> | undefined
  /** What could not be read. */
  readonly warnings: readonly string[]
}

export interface SchedulerPlaces {
  readonly layout: RuntimeLayout
  readonly further: FurtherData
  /** What is added to link-time addresses. */
  readonly bias: number
}

export class SchedulerReader {
  readonly #memory: MemoryReader
  readonly #places: SchedulerPlaces
  readonly #g: StructLayout<SchedGField>
  readonly #m: StructLayout<SchedMField>
  readonly #p: StructLayout<SchedPField>

  constructor(memory: MemoryReader, places: SchedulerPlaces) {
    const { layout, further } = places
    const { goid, atomicstatus, startpc } = layout.g.fields
    this.#memory = memory
    this.#places = places
    const words = { ...(goid && { goid }), ...(atomicstatus && { atomicstatus }), ...(startpc && { startpc }) }
    this.#g = { size: 0, fields: { ...words, ...further.struct('schedG').fields } }
    this.#m = { size: 0, fields: { ...layout.m.fields, ...further.struct('schedM').fields } }
    this.#p = { size: 0, fields: { ...layout.p.fields, ...further.struct('schedP').fields } }
  }

  read(): SchedulerCopy {
    const { variables } = this.#places.layout
    const warnings: string[] = []
    const addresses =
      variables.allp && processorAddresses(this.#memory, this.#address(variables.allp), variables.allp.size)
    if (addresses === undefined) warnings.push('runtime.allp, the list of Ps, is not known')
    const processors = (addresses ?? []).flatMap((address) => this.#processor(address) ?? [])
    const unread = (addresses ?? []).length - processors.length
    if (unread > 0) warnings.push(`${unread} of the Ps could not be read`)
    const machines = this.#machines(warnings)
    const global = this.#global()
    if (global === undefined) warnings.push("runtime.sched, the scheduler's own data, is not known")
    return {
      gomaxprocs: this.#further('gomaxprocs'),
      ncgocall: this.#further('ncgocall'),
      gs: this.#gs(),
      processors,
      machines,
      global,
      warnings,
    }
  }

  #address({ address }: { address: number }): number {
    return address + this.#places.bias
  }

  #further(key: keyof typeof SCHED_VARIABLES): number | null {
    const place = this.#places.further.variable(key)
    if (place === undefined) return null
    const fields = { value: { offset: 0, size: place.size } }
    return StructView.read(this.#memory, this.#address(place), { fields })?.number('value') ?? null
  }

  /** `runtime.allglen`, or the length of `runtime.allgs`. */
  #gs(): number | null {
    const { allglen, allgs } = this.#places.layout.variables
    const at = allglen === undefined ? allgs && this.#address(allgs) + 8 : this.#address(allglen)
    const fields = { value: { offset: 0, size: 8 } }
    return at === undefined ? null : (StructView.read(this.#memory, at, { fields })?.number('value') ?? null)
  }

  #goroutine(address: number): GoroutineWords | undefined {
    return address > 0 ? readGoroutine(this.#memory, address, this.#g) : undefined
  }

  #processor(address: number): Looked<ProcessorCopy> | undefined {
    return lookAgain(
      () => StructView.read(this.#memory, address, this.#p),
      (view) => P_STATE.map((field) => view.number(field)).join(),
      (view) => {
        const [head, tail] = [view.number('runqhead'), view.number('runqtail')]
        const ring = view.words('runq')
        // Both are 32 bits that wrap around; a queue of another length than fits is none.
        const size = head === null || tail === null ? null : (tail - head) >>> 0
        const isQueue = size !== null && size <= ring.length
        const waiting = isQueue ? Array.from({ length: size }, (_, index) => ring[(head! + index) % ring.length]!) : []
        return {
          address,
          view,
          runq: waiting.flatMap((g) => this.#goroutine(g) ?? []),
          runqSize: isQueue ? size : null,
          runnext: this.#goroutine(view.pointer('runnext')),
        }
      },
    )
  }

  #machines(warnings: string[]): Looked<MachineCopy>[] {
    const { allm } = this.#places.layout.variables
    if (allm === undefined || this.#m.fields.alllink === undefined) {
      warnings.push('runtime.allm, the list of Ms, is not known')
      return []
    }
    const machines: Looked<MachineCopy>[] = []
    const seen = new Set<number>()
    let address = this.#pointerAt(this.#address(allm))
    while (address > 0 && !seen.has(address) && seen.size < MOST_MS) {
      seen.add(address)
      const machine = this.#machine(address)
      if (machine === undefined) {
        warnings.push('not all Ms could be read')
        break
      }
      machines.push(machine)
      address = machine.value.view.pointer('alllink')
    }
    return machines
  }

  #machine(address: number): Looked<MachineCopy> | undefined {
    return lookAgain(
      () => StructView.read(this.#memory, address, this.#m),
      (view) => M_STATE.map((field) => view.number(field)).join(),
      (view) => ({
        address,
        view,
        curg: this.#goroutine(view.pointer('curg')),
        lockedg: this.#goroutine(view.pointer('lockedg')),
        // A func value points at a word with the code's address.
        startpc: this.#pointerAt(view.pointer('mstartfn')),
      }),
    )
  }

  #global(): Looked<GlobalCopy> | undefined {
    const { sched } = this.#places.layout.variables
    const layout = this.#places.further.struct('schedt')
    if (sched === undefined || layout.size === 0) return undefined
    const [link, idleLink] = [this.#p.fields.link, this.#m.fields.idleLink]
    return lookAgain(
      () => StructView.read(this.#memory, this.#address(sched), layout),
      (view) => SCHEDT_STATE.map((field) => view.number(field)).join(),
      (view) => ({
        view,
        runq: this.#globalQueue(view),
        idleProcessors: this.#list(view.pointer('pidle'), link?.offset),
        idleMachines: this.#list(view.pointer('midle'), idleLink?.offset),
      }),
    )
  }

  #globalQueue(view: StructView<SchedtField>): GoroutineWords[] {
    const found: GoroutineWords[] = []
    const size = Math.min(view.number('runqsize') ?? 0, MOST_QUEUED)
    let address = view.pointer('runqhead')
    while (address > 0 && found.length < size) {
      const goroutine = this.#goroutine(address)
      if (goroutine === undefined) break
      found.push(goroutine)
      address = goroutine.schedlink
    }
    return found
  }

  /** The addresses in a list whose elements point at the next one. */
  #list(first: number, link: number | undefined): number[] {
    const found = new Set<number>()
    for (let at = first; link !== undefined && at > 0 && !found.has(at) && found.size < MOST_MS; ) {
      found.add(at)
      at = this.#pointerAt(at + link)
    }
    return [...found]
  }

  #pointerAt(address: number): number {
    const fields = { value: { offset: 0, size: 8 } }
    return StructView.read(this.#memory, address, { fields })?.pointer('value') ?? 0
  }
}

/** Fields that are not the same when something happened meanwhile that mixes up what is told. */
const P_STATE: readonly SchedPField[] = ['status', 'schedtick', 'syscalltick', 'm', 'runqhead', 'runqtail', 'runnext']
const M_STATE: readonly SchedMField[] = ['curg', 'p', 'spinning', 'blocked', 'incgo', 'lockedg']
const SCHEDT_STATE: readonly SchedtField[] = [
  'midle',
  'nmidle',
  'mcount',
  'pidle',
  'npidle',
  'nmspinning',
  'runqhead',
  'runqsize',
  'gcwaiting',
  'stopwait',
  'sysmonwait',
]
