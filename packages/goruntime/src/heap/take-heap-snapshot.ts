/** From a process's memory to what is told of its heap. */
import { BudgetedMemory } from '../budgeted-memory.js'
import type { StoppedProcess } from '../snapshot-source.js'
import { HEAP_STRUCTS, HEAP_VARIABLES } from './contract.js'
import { type HeapFigures, heapFigures } from './figures.js'
import { type HeapSource, readHeap } from './heap-reading.js'
import type { HeapSnapshot } from './heap-snapshot.js'
import { type SpanClass, sumSpanClasses } from './span-classes.js'
import { AllSpans, type SpanColumns } from './spans.js'
import { type HeapVersionFacts, heapVersionFacts } from './versions.js'

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
    : { looked: look(target, options), pausedMs: null }
  const { figures, spans, stable } = looked
  const warnings = [...target.warnings]
  if (spans !== undefined && spans.unreadable > 0) warnings.push(`${spans.unreadable} spans could not be read`)
  const absent = { ...figures.absent }
  if (options.spans === false) absent['spanClasses'] = 'they were not asked for'
  else if (spans === undefined)
    absent['spanClasses'] = absent['bySize'] ?? 'the list of spans in runtime.mheap_ cannot be found, or is too long'
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

interface Looked {
  readonly figures: HeapFigures
  readonly spans: SpanSums | undefined
  readonly stable: boolean
}

interface SpanSums {
  readonly classes: SpanClass[]
  /** Spans that could not be read. */
  readonly unreadable: number
}

function lookPaused(target: HeapTarget, options: HeapOptions) {
  const facts = heapVersionFacts(target.minor)
  const spans = options.spans === false ? undefined : allSpans(target, facts)
  // All spans there are now, in order, and room for them: what is left to do while the process stands still is copying.
  spans?.copy(target.memory)
  const pause = target.pause(options.pause?.budgetMs)
  try {
    const memory = new BudgetedMemory(target.memory, pause, 'what is known of the heap')
    const reading = readHeap({ ...target, memory }, facts)
    const decode = spans?.copy(memory)
    const pausedMs = pause.resume()
    const sums = decode && sumsOf(decode, facts)
    return {
      looked: { figures: heapFigures(target, reading, facts, sums?.classes), spans: sums, stable: true },
      pausedMs,
    }
  } finally {
    pause.resume()
  }
}

/** The spans between two looks at the counts: if these are the same, all is of one moment. */
function look(source: HeapSource, options: HeapOptions): Looked {
  const facts = heapVersionFacts(source.minor)
  const all = options.spans === false ? undefined : allSpans(source, facts)
  const spansNow = () => {
    const decode = all?.copy(source.memory)
    return decode && sumsOf(decode, facts)
  }
  // Where spans are what is counted, each look at the counts has its own.
  const { countsAreInSpans } = facts
  const lookNow = () => {
    const reading = readHeap(source, facts)
    const spans = countsAreInSpans ? spansNow() : undefined
    return { figures: heapFigures(source, reading, facts, spans?.classes), spans }
  }
  let before = lookNow()
  for (let left = LOOKS; ; left--) {
    const spans = countsAreInSpans ? before.spans : spansNow()
    const { figures } = before
    if (left <= 1) return { figures, spans, stable: false }
    const after = lookNow()
    if (isSame(figures, after.figures)) return { figures, spans, stable: true }
    before = after
  }
}

function allSpans({ further, bias }: HeapSource, { spanInUse }: HeapVersionFacts): AllSpans | undefined {
  const [mheap, { allspans, nspan }] = [further.variable('mheap_'), further.struct('mheap').fields]
  const layout = further.struct('mspan')
  if (mheap === undefined || allspans === undefined || layout.fields.spanclass === undefined) return undefined
  const start = mheap.address + bias
  if (nspan === undefined) return new AllSpans({ slice: start + allspans.offset }, layout, spanInUse)
  return new AllSpans({ array: start + allspans.offset, count: start + nspan.offset }, layout, spanInUse)
}

function sumsOf(decode: () => SpanColumns, facts: HeapVersionFacts): SpanSums {
  const columns = decode()
  return { classes: sumSpanClasses(columns, facts), unreadable: columns.unreadable }
}

function isSame(one: HeapFigures, other: HeapFigures): boolean {
  const text = (figures: HeapFigures) =>
    JSON.stringify(figures, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return text(one) === text(other)
}
