/** From a process's memory to what is told of its heap. */
import { BudgetedMemory } from '../budgeted-memory.js'
import type { StoppedProcess } from '../snapshot-source.js'
import { HEAP_STRUCTS, HEAP_VARIABLES } from './contract.js'
import { type HeapFigures, heapFigures } from './figures.js'
import { type HeapSource, readHeap } from './heap-reading.js'
import type { HeapSnapshot } from './heap-snapshot.js'
import { readSpanClasses, type SpanClasses } from './span-classes.js'
import { heapVersionFacts } from './versions.js'

export interface HeapOptions {
  /** Stop all threads while memory is copied, for at most `budgetMs`. */
  pause?: { budgetMs?: number }
  /** Whether to read the list of all spans, for `spanClasses`; true unless said otherwise. A large heap has millions. */
  spans?: boolean
}

/** A process that can be stopped. */
export interface HeapTarget extends HeapSource {
  pause(budgetMs: number | undefined): StoppedProcess
  readonly warnings: readonly string[]
}

/** Looks at a process that runs on, at most: it allocates all the time, or stands still soon. */
const LOOKS = 4

/** @throws UnreadableMemoryError, TargetError PAUSE_TOO_SHORT */
export function takeHeapSnapshot(target: HeapTarget, options: HeapOptions = {}): HeapSnapshot {
  // Before anything is read or stopped: to search debug data takes longer than all the reading.
  lookUp(target)
  const takenAt = Date.now()
  const started = performance.now()
  const { looked, pausedMs } = options.pause
    ? lookPaused(target, options)
    : { looked: look(target, LOOKS, options), pausedMs: null }
  const { figures, spans, stable } = looked
  const warnings = [...target.warnings]
  if (spans !== undefined && spans.unreadable > 0) warnings.push(`${spans.unreadable} spans could not be read`)
  const absent = { ...figures.absent }
  if (options.spans === false) absent['spanClasses'] = 'they were not asked for'
  else if (spans === undefined) absent['spanClasses'] = absent['bySize'] ?? 'runtime.mheap_ has no list of spans'
  return {
    mode: pausedMs === null ? 'live' : 'paused',
    takenAt,
    readMs: performance.now() - started,
    pausedMs,
    stable,
    ...figures,
    spanClasses: spans?.classes ?? null,
    absent,
    warnings,
  }
}

/** Finds all that a look asks for. */
function lookUp({ further }: HeapSource): void {
  for (const key of Object.keys(HEAP_STRUCTS) as (keyof typeof HEAP_STRUCTS)[]) further.struct(key)
  for (const key of Object.keys(HEAP_VARIABLES) as (keyof typeof HEAP_VARIABLES)[]) further.variable(key)
}

function lookPaused(target: HeapTarget, options: HeapOptions) {
  const pause = target.pause(options.pause?.budgetMs)
  try {
    const memory = new BudgetedMemory(target.memory, pause, 'what is known of the heap')
    const looked = look({ ...target, memory }, 1, options)
    return { looked: { ...looked, stable: true }, pausedMs: pause.resume() }
  } finally {
    pause.resume()
  }
}

interface Looked {
  readonly figures: HeapFigures
  readonly spans: SpanClasses | undefined
  readonly stable: boolean
}

/** The spans between two looks at the counts: if these are the same, all is of one moment. */
function look(source: HeapSource, looks: number, options: HeapOptions): Looked {
  const facts = heapVersionFacts(source.minor)
  const figuresNow = () => heapFigures(source, readHeap(source), facts)
  let before = figuresNow()
  for (let left = looks; ; left--) {
    const spans = options.spans === false ? undefined : spansOf(source, facts.sizeClasses)
    if (left <= 1) return { figures: before, spans, stable: false }
    const after = figuresNow()
    if (isSame(before, after)) return { figures: before, spans, stable: true }
    before = after
  }
}

function spansOf({ memory, further, bias }: HeapSource, sizes: readonly number[]): SpanClasses | undefined {
  const [mheap, { allspans }] = [further.variable('mheap_'), further.struct('mheap').fields]
  if (mheap === undefined || allspans === undefined) return undefined
  return readSpanClasses(memory, mheap.address + bias + allspans.offset, further.struct('mspan'), sizes)
}

function isSame(one: HeapFigures, other: HeapFigures): boolean {
  const text = (figures: HeapFigures) =>
    JSON.stringify(figures, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return text(one) === text(other)
}
