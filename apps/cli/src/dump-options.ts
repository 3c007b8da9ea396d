/** What `gospy dump` was asked for on its command line, checked. */
import { DEFAULT_MAX_ITEMS, DEFAULT_MAX_STRING, type LocalsOptions } from '@gospy/goruntime'
import { readGroupKey } from './group-option.js'
import type { TextView } from './render/dump-text.js'
import type { TablePlace } from './render/table-text.js'
import { parseFilter } from './selection/filter.js'
import type { Selection } from './selection/select-rows.js'
import { UsageError } from './usage-error.js'
import { wholeNumber } from './whole-number.js'

export const DUMP_FORMATS = ['text', 'go', 'pprof', 'pprof-text', 'json'] as const
export type DumpFormat = (typeof DUMP_FORMATS)[number]

export const TABLE_PLACES: readonly TablePlace[] = ['start', 'caller', 'current']

/** Levels of values that are shown: many variables are shown together, mostly. */
const LOCALS_DEPTH = 2

/** As they stand on the command line. */
export interface DumpFlags {
  json?: boolean
  format?: DumpFormat
  goid?: string[]
  filter?: string[]
  depth?: string
  groupBy?: string
  system?: boolean
  showDead?: boolean
  pc?: TablePlace
  /** False: none. */
  stacks?: boolean
  locals?: boolean
  maxDepth?: string
  maxString?: string
  maxItems?: string
}

export interface DumpRequest {
  readonly format: DumpFormat
  readonly selection: Selection
  /** Frames of each stack; all without it. */
  readonly depth: number | undefined
  /** The runtime's own frames too. */
  readonly system: boolean
  /** The runtime's own goroutines too: asked for, or named in the selection. */
  readonly systemGoroutines: boolean
  /** For people. */
  readonly view: TextView
  /** The variables that were asked for. */
  readonly variables: LocalsOptions | undefined
}

/** @throws UsageError when the flags contradict each other, or make no sense */
export function readDumpFlags(flags: DumpFlags): DumpRequest {
  const format = readFormat(flags)
  if (format !== 'text') {
    if (flags.groupBy !== undefined) throw new UsageError(`--group-by is for text, not for ${format}`)
    if (flags.pc !== undefined) throw new UsageError(`--pc is for text, not for ${format}`)
    // What a profile holds is what Go puts into it; JSON has everything.
    if (flags.system && format !== 'go') throw new UsageError(`--system is for text and go, not for ${format}`)
  }
  if (flags.showDead && format !== 'text' && format !== 'json') {
    throw new UsageError(`--show-dead is for text and json: there are no ended goroutines in ${format}`)
  }
  if (flags.stacks === false) checkNoStacks(flags, format)
  const depth = readDepth(flags, format)
  const selection: Selection = {
    // What is looked through is what is shown.
    frames: flags.system || (format !== 'text' && format !== 'go') ? 'all' : 'traceback',
    goids: (flags.goid ?? []).flatMap(readGoids),
    filters: (flags.filter ?? []).map(parseFilter),
  }
  return {
    format,
    selection,
    depth,
    system: flags.system ?? false,
    systemGoroutines:
      flags.system === true ||
      selection.goids.length > 0 ||
      selection.filters.some(({ word, negated }) => word === 'user' && negated),
    view: readView(flags),
    variables: flags.locals ? readLocals(flags, format, selection.goids, depth) : noLocals(flags),
  }
}

/** @throws UsageError where variables cannot be shown */
function readLocals(
  flags: DumpFlags,
  format: DumpFormat,
  goroutines: readonly number[],
  depth: number | undefined,
): LocalsOptions {
  if (format !== 'text' && format !== 'json') throw new UsageError(`--locals is for text and json, not for ${format}`)
  if (goroutines.length === 0) throw new UsageError('--locals is for chosen goroutines: say which ones with --goid N')
  if (flags.stacks === false) throw new UsageError('--locals looks at stacks, --no-stacks reads none')
  if (flags.groupBy !== undefined || flags.pc !== undefined) {
    throw new UsageError(
      `--locals is for goroutines one by one, without ${flags.pc === undefined ? '--group-by' : '--pc'}`,
    )
  }
  return {
    goroutines,
    depth: wholeNumber('--max-depth', flags.maxDepth, LOCALS_DEPTH),
    maxString: wholeNumber('--max-string', flags.maxString, DEFAULT_MAX_STRING),
    maxItems: wholeNumber('--max-items', flags.maxItems, DEFAULT_MAX_ITEMS),
    // Text leaves frames out before it counts them.
    ...(format === 'json' && depth !== undefined && { frames: depth }),
  }
}

function noLocals({ maxDepth, maxString, maxItems }: DumpFlags): undefined {
  if ((maxDepth ?? maxString ?? maxItems) !== undefined) {
    const option = maxDepth !== undefined ? '--max-depth' : maxString !== undefined ? '--max-string' : '--max-items'
    throw new UsageError(`${option} is for values: with --locals`)
  }
}

/** What is shown without stacks is shown by json alone; what looks into them finds nothing. */
function checkNoStacks({ filter, depth }: DumpFlags, format: DumpFormat): void {
  if (format !== 'json') throw new UsageError(`--no-stacks is for json: there is no ${format} without stacks`)
  if (filter !== undefined) throw new UsageError('--filter looks at stacks, --no-stacks reads none')
  if (depth !== undefined) throw new UsageError('--depth is for stacks, --no-stacks reads none')
}

function readFormat({ json, format }: DumpFlags): DumpFormat {
  if (json && format !== undefined && format !== 'json') {
    throw new UsageError(`--json and --format ${format} contradict each other`)
  }
  return json ? 'json' : (format ?? 'text')
}

function readGoids(list: string): number[] {
  return list.split(',').map((text) => {
    const id = Number(text)
    if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(id) || id === 0) {
      throw new UsageError(`--goid takes ids of goroutines, as 17 or 17,18, not "${list}"`)
    }
    return id
  })
}

function readDepth({ depth, groupBy, pc }: DumpFlags, format: DumpFormat): number | undefined {
  if (depth === undefined) return undefined
  if (!/^\d{1,9}$/.test(depth)) throw new UsageError(`--depth takes a number of frames, not "${depth}"`)
  const frames = Number(depth)
  if (frames === 0 && format !== 'text' && format !== 'json') {
    throw new UsageError(`--depth is at least 1 for ${format}, whose readers expect calls`)
  }
  if (pc !== undefined || (groupBy !== undefined && groupBy !== 'stack')) {
    throw new UsageError(`--depth is for stacks, not for ${pc === undefined ? `--group-by ${groupBy}` : '--pc'}`)
  }
  return frames
}

function readView({ groupBy, pc, goid }: DumpFlags): TextView {
  if (pc !== undefined && groupBy !== undefined && groupBy !== 'none') {
    throw new UsageError(`--pc is for one line a goroutine (--group-by none), not for --group-by ${groupBy}`)
  }
  if (groupBy === 'none' || pc !== undefined) return { as: 'table', place: pc ?? 'current' }
  if (groupBy === undefined) return { as: goid === undefined ? 'stacks' : 'details' }
  return groupBy === 'stack' ? { as: 'stacks' } : { as: 'places', key: readGroupKey(groupBy, ['none', 'stack']) }
}
