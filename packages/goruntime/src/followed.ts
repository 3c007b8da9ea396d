/** What lies behind a goroutine's pointers: the thread of its M, and its labels. */
import { MemoryCache, type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import type { GoroutineCopy } from './goroutine-copy.js'
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { WordPlan, WordReader } from './goroutine-words.js'
import { decodeLabels, type Labels, type LabelsCopy, readLabels, TextBudget } from './labels.js'
import { readPointerField } from './pointer-field.js'
import type { SnapshotSource } from './snapshot-source.js'
import { withRoom } from './with-room.js'

/** What is wanted of an M. */
interface Machine {
  /** Thread id as the process sees it, 0 for none. */
  readonly procid: number
  /** Address of the g that it runs, 0 for none. */
  readonly curg: number
}

/** Text of all labels together, in bytes: the process may be standing still while they are read. */
const MAX_TEXT_IN_ALL = 64 * 2 ** 20

const NO_MACHINE: Machine = { procid: 0, curg: 0 }

/** What goroutines point to, by row. Bytes are kept as they are and decoded later: the process may be standing still. */
export class Followed {
  /** Thread ids as the process sees them, 0 for none. */
  procid = new Float64Array(0)
  /** Index into `labelSets`; 0 for none. */
  labels = new Int32Array(0)
  /** Distinct sets of labels, the first of which is empty; there may be some that no row has any more. */
  labelSets: Labels[] = [{}]
  /** Why labels could not be read. */
  readonly labelErrors = new Map<number, string>()
  /** By the labels as text. */
  #known = new Map<string, number>([['{}', 0]])
  /** What was read and is not decoded yet. */
  readonly #copies = new Map<number, LabelsCopy | string>()
  readonly #source: SnapshotSource
  readonly #m: WordReader | undefined
  readonly #lockedm: WordReader | undefined
  readonly #labels: WordReader | undefined
  readonly #status: WordReader

  constructor(source: SnapshotSource, plan: WordPlan) {
    this.#source = source
    this.#m = plan.reader('m')
    this.#lockedm = plan.reader('lockedm')
    this.#labels = plan.reader('labels')
    this.#status = plan.requiredReader('atomicstatus')
  }

  /** Makes room for so many rows. */
  extend(count: number): void {
    this.procid = withRoom(this.procid, count)
    this.labels = withRoom(this.labels, count)
  }

  /**
   * @param from memory of the process, which may have moved since it was last followed
   * @returns the rows whose status and thread contradict each other: it runs, but no thread runs it
   */
  follow({ words, plan, addresses }: GoroutineCopy, rows: Uint32Array, from: MemoryReader): Uint32Array {
    const memory = new MemoryCache(from)
    const text = new TextBudget(MAX_TEXT_IN_ALL)
    const machines = new Map<number, Machine>()
    const labelSets = new Map<number, LabelsCopy | string>()
    const contradicting: number[] = []
    const machine = (m: number): Machine => {
      if (m === 0) return NO_MACHINE
      const known = machines.get(m) ?? this.#readMachine(memory, m)
      machines.set(m, known)
      return known
    }
    for (const row of rows) {
      const at = row * plan.width
      this.procid[row] = 0
      if (this.labels[row] !== 0) this.labels[row] = 0
      if (this.#copies.size > 0) this.#copies.delete(row)
      if (this.labelErrors.size > 0) this.labelErrors.delete(row)
      const status = statusOf(this.#status(words, at))
      if (isDead(status)) continue
      const locked = this.#lockedm?.(words, at) ?? 0
      if (status === STATUS.running || status === STATUS.syscall) {
        const { procid, curg } = machine(this.#m?.(words, at) ?? 0)
        this.procid[row] = procid
        if (status === STATUS.running && curg !== addresses[row]) contradicting.push(row)
      } else if (locked !== 0) {
        this.procid[row] = machine(locked).procid
      }
      const labels = this.#labels?.(words, at) ?? 0
      if (labels !== 0) {
        const copy = labelSets.get(labels) ?? this.#readLabels(memory, labels, text)
        labelSets.set(labels, copy)
        this.#copies.set(row, copy)
      }
    }
    return Uint32Array.from(contradicting)
  }

  /** Follows rows once more, and decodes what is found. @returns the rows for which it is not what it was */
  changed(copy: GoroutineCopy, rows: Uint32Array, from: MemoryReader): Uint32Array {
    const procids = Float64Array.from(rows, (row) => this.procid[row]!)
    const labels = Int32Array.from(rows, (row) => this.labels[row]!)
    const errors = new Map(this.labelErrors)
    this.follow(copy, rows, from)
    this.decode()
    return rows.filter((row, index) => {
      const isSame = this.procid[row] === procids[index] && this.labels[row] === labels[index]
      return !isSame || this.labelErrors.get(row) !== errors.get(row)
    })
  }

  /** What an M says; nothing where it has no thread yet or is gone. */
  #readMachine(memory: MemoryReader, m: number): Machine {
    const { procid, curg } = this.#source.layout.m.fields
    return { procid: readPointerField(memory, m, procid), curg: readPointerField(memory, m, curg) }
  }

  /** The labels, not decoded, or why there are none. */
  #readLabels(memory: MemoryReader, pointer: number, text: TextBudget): LabelsCopy | string {
    try {
      return readLabels(memory, pointer, this.#source.facts.labels, text)
    } catch (error) {
      if (!(error instanceof UnreadableMemoryError || error instanceof RangeError)) throw error
      return `labels: ${error.message}`
    }
  }

  /** Decodes the labels that were read. */
  decode(): void {
    const decoded = new Map<LabelsCopy, number>()
    for (const [row, copy] of this.#copies) {
      if (typeof copy === 'string') {
        this.labelErrors.set(row, copy)
        continue
      }
      let index = decoded.get(copy)
      if (index === undefined) {
        const labels = decodeLabels(copy)
        const text = JSON.stringify(labels)
        index = this.#known.get(text) ?? this.labelSets.push(labels) - 1
        this.#known.set(text, index)
        decoded.set(copy, index)
      }
      this.labels[row] = index
    }
    this.#copies.clear()
  }

  /** Forgets sets that no row has. */
  prune(): void {
    const sets = this.labelSets
    const numbers = new Int32Array(sets.length).fill(-1)
    numbers[0] = 0
    this.labelSets = [sets[0]!]
    for (let row = 0; row < this.labels.length; row++) {
      const before = this.labels[row]!
      if (numbers[before] === -1) numbers[before] = this.labelSets.push(sets[before]!) - 1
      this.labels[row] = numbers[before]!
    }
    this.#known = new Map(this.labelSets.map((labels, index) => [JSON.stringify(labels), index]))
  }
}
