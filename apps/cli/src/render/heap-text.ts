/** `gospy heap` for people: figures with the names that runtime.MemStats gives them. */
import type { GcPause, HeapSnapshot, PCache, SpanClass } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { bytesText } from './bytes-text.js'
import { processLines, type ShownProcess } from './header-text.js'
import { timeToRunReport } from './sched-report.js'
import { type Column, table } from './table.js'
import { count, duration, milliseconds, painter, printable } from './text.js'

/** Pauses that are shown. */
const PAUSES = 5
/** So many Ps are listed in any case. */
const LISTED_PS = 8

type Row = [title: string, value: string, name: string]

export function writeHeapText(output: Output, go: ShownProcess, heap: HeapSnapshot): void {
  const paint = painter(output.colour)
  const lines = [...processLines(go, paint), snapshotText(heap)]
  for (const [title, rows] of sections(heap)) lines.push('', paint('bold', title), ...figureLines(rows, output.columns))
  const { spanClasses, caches } = heap
  if (spanClasses !== null) {
    lines.push('', paint('bold', 'Spans by the size of their objects'), ...spanLines(heap, spanClasses, output.columns))
  }
  if (caches !== null) {
    lines.push(
      '',
      paint('bold', 'Put aside by each P, to allocate from (mcache)'),
      ...cacheLines(caches, output.columns),
    )
  }
  const reasons = unknownLines(heap)
  if (reasons.length > 0) lines.push('', paint('bold', 'Not known'), ...reasons)
  output.write(`${lines.join('\n')}\n`)
}

function snapshotText({ pausedMs, readMs, stable }: HeapSnapshot): string {
  if (pausedMs !== null) return `Read while it was stopped for ${milliseconds(pausedMs)}`
  const trust = stable ? 'all figures are of one moment' : 'it allocated meanwhile, so figures may not fit together'
  return `Read in ${milliseconds(readMs)} while it ran: ${trust}`
}

function sections(heap: HeapSnapshot): [title: string, rows: Row[]][] {
  const { memStats: m, gc } = heap
  const beside = (...parts: (string | undefined)[]) => parts.filter((part) => part !== undefined).join(', ')
  const share = m.gcCPUFraction === null ? '-' : `${(100 * m.gcCPUFraction).toFixed(2)} %`
  return [
    [
      'Heap',
      [
        ['objects', number(m.heapObjects), `HeapObjects: ${number(m.mallocs)} Mallocs - ${number(m.frees)} Frees`],
        ['their bytes', bytes(m.heapAlloc), 'HeapAlloc'],
        ['in use', bytes(m.heapInuse), 'HeapInuse: spans with objects'],
        ['idle', bytes(m.heapIdle), 'HeapIdle: spans without'],
        ['released', bytes(m.heapReleased), 'HeapReleased: of these, given back to the system'],
        ['ever allocated', bytes(m.totalAlloc), 'TotalAlloc'],
      ],
    ],
    [
      'Garbage collector',
      [
        ['phase', gc.phase ?? '-', gc.phase === 'off' ? 'gcphase: no cycle is under way' : 'gcphase'],
        ['next at', m.nextGC === null && gc.gogc === -1 ? 'never' : bytes(m.nextGC), `NextGC: ${limits(heap)}`],
        ['live now', bytes(gc.heapLive), 'heapLive: with what the Ps have put aside'],
        ['live after last', bytes(gc.heapMarked), 'heapMarked'],
        [
          'cycles',
          number(m.numGC),
          beside('NumGC', m.numForcedGC === null ? undefined : `${m.numForcedGC} NumForcedGC`),
        ],
        ['last', ago(heap, m.lastGC), 'LastGC'],
        ['paused', ns(m.pauseTotalNs), 'PauseTotalNs'],
        ...pauseRows(heap),
        ...pauseTimesRows(heap),
        ['CPU share', share, 'GCCPUFraction, as of the last cycle'],
        ...metricRows(heap),
      ],
    ],
    [
      'Memory from the system',
      [
        ['heap', bytes(m.heapSys), 'HeapSys: in use and idle'],
        ['stacks', bytes(m.stackSys), `StackSys: ${bytes(m.stackInuse)} StackInuse`],
        ['spans', bytes(m.mspanSys), `MSpanSys: ${bytes(m.mspanInuse)} MSpanInuse`],
        ['caches', bytes(m.mcacheSys), `MCacheSys: ${bytes(m.mcacheInuse)} MCacheInuse`],
        ['profiling', bytes(m.buckHashSys), 'BuckHashSys'],
        ['collector', bytes(m.gcSys), 'GCSys'],
        ['other', bytes(m.otherSys), 'OtherSys'],
        ['all', bytes(m.sys), 'Sys'],
      ],
    ],
  ]
}

function limits({ gc }: HeapSnapshot): string {
  const gogc = gc.gogc === null ? 'GOGC unknown' : `GOGC=${gc.gogc === -1 ? 'off' : gc.gogc}`
  return gc.memoryLimit === null ? gogc : `${gogc}, GOMEMLIMIT=${gc.memoryLimit} (${bytesText(gc.memoryLimit)})`
}

function pauseRows(heap: HeapSnapshot): Row[] {
  return (heap.pauses ?? [])
    .slice(0, PAUSES)
    .map((pause, index): Row => [index === 0 ? 'last pauses' : '', ns(pause.ns), pauseText(heap, pause)])
}

/** Rounded up as the runtime counts them. */
function pauseTimesRows({ pauseTimes }: HeapSnapshot): Row[] {
  const report = timeToRunReport(pauseTimes)
  if (report === null || report.counted === 0) return []
  const { counted, p50Ns, maxNs } = report
  return [['longest pause', ns(maxNs), `/gc/pauses: of ${counted}, half up to ${ns(p50Ns)}`]]
}

/** Of runtime/metrics what has no name in runtime.MemStats. */
function metricRows({ metrics }: HeapSnapshot): Row[] {
  const rows = (title: string, text: (value: number | null) => string, names: readonly string[]): Row[] =>
    names.flatMap((name, index): Row[] => {
      const value = metrics[name]
      return value === undefined || value === null ? [] : [[index === 0 ? title : '', text(value), name]]
    })
  const done = ['finalizers', 'cleanups'].flatMap((of): Row[] => {
    const [queued, executed] = [metrics[`/gc/${of}/queued:${of}`] ?? null, metrics[`/gc/${of}/executed:${of}`] ?? null]
    return queued === null || executed === null ? [] : [[of, `${executed}/${queued}`, `/gc/${of}: executed, of queued`]]
  })
  const cpu = ['total', 'mark/dedicated', 'mark/assist', 'mark/idle', 'pause']
  const scan = ['total', 'heap', 'stack', 'globals']
  return [
    ...rows(
      'CPU time',
      seconds,
      cpu.map((name) => `/cpu/classes/gc/${name}:cpu-seconds`),
    ),
    ...rows(
      'to scan',
      bytes,
      scan.map((name) => `/gc/scan/${name}:bytes`),
    ),
    ...done,
  ]
}

function pauseText(heap: HeapSnapshot, { cycle, endedAt }: GcPause): string {
  return `cycle ${cycle}, ended ${ago(heap, endedAt)}`
}

function figureLines(rows: readonly Row[], width: number | undefined): string[] {
  const columns: Column[] = [{ title: '' }, { title: '', align: 'right' }, { title: '', cut: 'end', least: 16 }]
  return table(columns, rows, width && width - 2)
    .slice(1)
    .map((line) => `  ${line}`)
}

function spanLines({ bySize }: HeapSnapshot, classes: readonly SpanClass[], width: number | undefined): string[] {
  const columns: Column[] = ['SIZE', 'OBJECTS', 'SPANS', 'BYTES', 'USED', 'NO POINTERS', 'MALLOCS', 'FREES'].map(
    (title) => ({
      title,
      align: 'right',
    }),
  )
  const sizes = [...new Set(classes.map(({ spanClass }) => spanClass >> 1))]
  const rows = sizes.map((sizeClass) => {
    const both = classes.filter(({ spanClass }) => spanClass >> 1 === sizeClass)
    const sum = (of: (each: SpanClass) => number) => both.reduce((all, each) => all + of(each), 0)
    const spanBytes = sum((each) => each.bytes)
    const { mallocs, frees } = bySize?.[sizeClass] ?? { mallocs: null, frees: null }
    return [
      sizeClass === 0 ? 'larger' : String(both[0]!.size),
      String(sum(({ objects }) => objects)),
      String(sum(({ spans }) => spans)),
      bytesText(spanBytes),
      percent(
        sum(({ objectBytes }) => objectBytes),
        spanBytes,
      ),
      both.some(({ noscan }) => noscan === null)
        ? '-'
        : percent(
            sum(({ noscan, bytes }) => (noscan ? bytes : 0)),
            spanBytes,
          ),
      number(mallocs),
      number(frees),
    ]
  })
  // The large ones have class 0: last, as they are the largest.
  const ordered = sizes[0] === 0 ? [...rows.slice(1), rows[0]!] : rows
  return table(columns, ordered, width && width - 2).map((line) => `  ${line}`)
}

function cacheLines(caches: readonly PCache[], width: number | undefined): string[] {
  const columns: Column[] = ['P', 'SPANS', 'ROOM FOR', 'BYTES', 'ALLOCATED SINCE IT WAS FLUSHED'].map((title) => ({
    title,
    align: 'right',
  }))
  // An idle P gave back what it had: of many Ps most have nothing.
  const isEmpty = ({ spans, uncounted, tinyAllocs }: PCache) => spans === 0 && !uncounted && !tinyAllocs
  const shown = caches.length <= LISTED_PS ? caches : caches.filter((each) => !isEmpty(each))
  const rows = shown.map(({ p, spans, freeObjects, freeBytes, uncounted, tinyAllocs }) => [
    String(p),
    String(spans),
    String(freeObjects),
    bytesText(freeBytes),
    uncounted === null ? '-' : `${uncounted} and ${tinyAllocs} tiny`,
  ])
  const lines = table(columns, rows, width && width - 2)
  const others = caches.length - shown.length
  if (others > 0) lines.push(`${count(others, 'other P')} ${others === 1 ? 'has' : 'have'} nothing put aside`)
  return lines.map((line) => `  ${line}`)
}

/** Figures that have the same reason together; that no limit is set is no lack of knowledge. */
function unknownLines({ absent, gc, memStats }: HeapSnapshot): string[] {
  const isSaid = (figure: string) =>
    // What runtime/metrics tells is not shown by itself.
    figure.startsWith('/') ||
    (figure === 'memoryLimit' && absent[figure] === 'none is set') ||
    (figure === 'nextGC' && gc.gogc === -1) ||
    (figure === 'lastGC' && memStats.numGC === 0)
  const reasons = new Map<string, string[]>()
  for (const [figure, reason] of Object.entries(absent)) {
    if (!isSaid(figure)) reasons.set(reason, [...(reasons.get(reason) ?? []), figure])
  }
  return [...reasons].map(([reason, figures]) => `  ${printable(`${figures.join(', ')}: ${reason}`)}`)
}

function ago({ takenAt }: HeapSnapshot, at: bigint | null): string {
  if (at === null) return '-'
  const passed = takenAt * 1e6 - Number(at)
  return passed < 0 ? 'just now' : `${duration(passed)} ago`
}

const number = (value: number | null) => (value === null ? '-' : String(value))
const bytes = (value: number | null) => (value === null ? '-' : bytesText(value))
const seconds = (value: number | null) =>
  value === null ? '-' : value < 1 ? milliseconds(value * 1e3) : `${value.toFixed(1)} s`
const ns = (value: number | null) => (value === null ? '-' : milliseconds(value / 1e6))
const percent = (part: number, whole: number) => (whole === 0 ? '-' : `${Math.round((100 * part) / whole)} %`)
