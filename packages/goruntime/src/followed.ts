/** What lies behind a goroutine's pointers: the thread of its M, and its labels. */
import { MemoryCache, type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import type { GoroutineCopy } from './goroutine-copy.js'
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { WordPlan, WordReader } from './goroutine-words.js'
import { decodeLabels, type Labels, type LabelsCopy, readLabels, TextBudget } from './labels.js'
import { readPointerField } from './pointer-field.js'
import type { SnapshotSource } from './snapshot-source.js'

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
  readonly procid: Float64Array
  readonly #labelsOfRow = new Map<number, LabelsCopy | string>()
  readonly #source: SnapshotSource
  readonly #m: WordReader | undefined
  readonly #lockedm: WordReader | undefined
  readonly #labels: WordReader | undefined
  readonly #status: WordReader

  constructor(source: SnapshotSource, plan: WordPlan, count: number) {
    this.#source = source
    this.procid = new Float64Array(count)
    this.#m = plan.reader('m')
    this.#lockedm = plan.reader('lockedm')
    this.#labels = plan.reader('labels')
    this.#status = plan.requiredReader('atomicstatus')
  }

  /** @returns the rows whose status and thread contradict each other: it runs, but no thread runs it */
  follow({ words, plan, addresses }: GoroutineCopy, rows: Uint32Array): Uint32Array {
    // What was read before may have moved by now.
    const memory = new MemoryCache(this.#source.memory)
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
      this.#labelsOfRow.delete(row)
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
        this.#labelsOfRow.set(row, copy)
      }
    }
    return Uint32Array.from(contradicting)
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

  /**
   * The labels of all rows.
   * @returns distinct sets, the first of which is empty; the set of each row that has one; and what could not be read
   */
  decodeLabels(): { sets: Labels[]; ofRow: Map<number, number>; errors: Map<number, string> } {
    const sets: Labels[] = [{}]
    const known = new Map<string, number>([['{}', 0]])
    const decoded = new Map<LabelsCopy, number>()
    const ofRow = new Map<number, number>()
    const errors = new Map<number, string>()
    for (const [row, copy] of this.#labelsOfRow) {
      if (typeof copy === 'string') {
        errors.set(row, copy)
        continue
      }
      let index = decoded.get(copy)
      if (index === undefined) {
        const labels = decodeLabels(copy)
        const text = JSON.stringify(labels)
        index = known.get(text) ?? sets.push(labels) - 1
        known.set(text, index)
        decoded.set(copy, index)
      }
      ofRow.set(row, index)
    }
    return { sets, ofRow, errors }
  }
}
