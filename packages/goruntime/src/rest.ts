/** Whether a goroutine whose words are the same at two looks can have run in between. */
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { WordPlan, WordReader } from './goroutine-words.js'
import type { SnapshotSource } from './snapshot-source.js'

/**
 * - `RUNS`: it runs, or is about to.
 * - `UNCOUNTED`: it may have run and come back to the same place, and nothing would tell.
 * - `COUNTED`: it may have run 256 times, or a multiple of that: `g.trackingSeq` is a byte.
 * - `RESTS`: it cannot have run. The garbage collector notes since when a goroutine waits, once in a cycle; running clears it
 *   (proc.go, execute and exitsyscall), all but coroutines (coro.go, coroswitch_m). Until Go 1.7 a cycle could note the same
 *   time twice (mgcmark.go). Nor does a dead one run.
 */
export const RUNS = 0
export const UNCOUNTED = 1
export const COUNTED = 2
export const RESTS = 3

export class RestRule {
  readonly #status: WordReader
  readonly #waitsince: WordReader
  readonly #reason: WordReader
  readonly #coroutine: number
  readonly #provesRest: boolean
  readonly #countsWaits: boolean
  readonly #countsSyscalls: boolean

  constructor({ facts, waitReasons }: SnapshotSource, plan: WordPlan) {
    this.#status = plan.requiredReader('atomicstatus')
    this.#waitsince = plan.requiredReader('waitsince')
    this.#reason = waitReasons.reader(plan)
    this.#coroutine = waitReasons.texts.indexOf('coroutine')
    const counts = plan.reader('trackingSeq') !== undefined
    // Without the texts, which ones are coroutines is not known.
    const isKnown = !facts.hasCoroutines || this.#coroutine >= 0
    this.#provesRest = facts.waitsinceProvesRest && isKnown
    this.#countsWaits = counts && isKnown
    this.#countsSyscalls = counts && facts.countsSyscalls
  }

  /** @param at where the goroutine's words begin */
  of(words: Uint32Array, at: number): number {
    const word = this.#status(words, at)
    if (isDead(word)) return RESTS
    const status = statusOf(word)
    if (status === STATUS.running) return RUNS
    const isSyscall = status === STATUS.syscall
    const waits = status === STATUS.waiting && (this.#coroutine < 0 || this.#reason(words, at) !== this.#coroutine)
    if (!isSyscall && !waits) return UNCOUNTED
    if (this.#provesRest && this.#waitsince(words, at) !== 0) return RESTS
    return (isSyscall ? this.#countsSyscalls : this.#countsWaits) ? COUNTED : UNCOUNTED
  }
}
