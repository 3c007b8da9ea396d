/** `gospy var PID NAME...`: what package variables hold. */
import {
  DEFAULT_DEPTH,
  DEFAULT_MAX_ITEMS,
  DEFAULT_MAX_STRING,
  DEFAULT_MAX_VALUES,
  type GoProcess,
  isPattern,
  type VariableReading,
} from '@gospy/goruntime'
import type { Io } from '../output.js'
import { processLines } from '../render/header-text.js'
import { writeJson } from '../render/json.js'
import { processJson } from '../render/process-json.js'
import { type Column, table } from '../render/table.js'
import { count, painter, printable } from '../render/text.js'
import { valueJson } from '../render/value-json.js'
import { readingText, valueLines } from '../render/value-text.js'
import { pauseOptions, type TargetOptions, withProcess } from '../target.js'
import { UsageError } from '../usage-error.js'
import { VariableError } from '../variable-error.js'
import { wholeNumber } from '../whole-number.js'

export interface VarOptions extends TargetOptions {
  json?: boolean
  list?: string | true
  depth?: string
  maxString?: string
  maxItems?: string
}

/** Variables that one pattern may stand for. */
const MOST_MATCHES = 100

/** Columns where the width of the output is not known. */
const DEFAULT_WIDTH = 80

export function variables(io: Io, argument: string | undefined, names: readonly string[], options: VarOptions): void {
  const limits = {
    depth: wholeNumber('--depth', options.depth, DEFAULT_DEPTH),
    maxString: wholeNumber('--max-string', options.maxString, DEFAULT_MAX_STRING),
    maxItems: wholeNumber('--max-items', options.maxItems, DEFAULT_MAX_ITEMS),
  }
  // Whoever asks for many elements wants them: scalars, or keys and elements of a map.
  const maxValues = DEFAULT_MAX_VALUES + 2 * limits.maxItems
  const pause = pauseOptions(options)
  // With --pid, all arguments are names.
  const isNamed = options.pid !== undefined && argument !== undefined
  const wanted = isNamed ? [argument, ...names] : names
  if (options.list === undefined && wanted.length === 0) {
    throw new UsageError('which variables? Give their names (main.cfg), or --list to see those that there are')
  }
  withProcess(isNamed ? undefined : argument, options, (go) => {
    if (options.list !== undefined) return list(io, go, options.list === true ? '' : options.list, options)
    write(io, go, go.variables.read(expand(io, go, wanted), { ...limits, maxValues, ...pause }), options)
  })
}

/** The names that patterns stand for, in their place. */
function expand(io: Io, go: GoProcess, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    // A star in front is that of a pointer, one in brackets belongs to a key.
    if (!isPattern(name.replace(/^\*+/, '').replace(/\[.*$/s, ''))) return [name]
    const found = go.variables.list(name)
    if (found.length === 0) throw new VariableError(`no variable is called ${name}`)
    if (found.length > MOST_MATCHES) {
      remark(
        io,
        `${name} is ${count(found.length, 'variable')}: the first ${MOST_MATCHES} are shown; --list shows all names`,
      )
    }
    return found.slice(0, MOST_MATCHES).map((variable) => variable.name)
  })
}

function remark(io: Io, text: string): void {
  io.stderr.write(`gospy: ${printable(text)}\n`)
}

function write(io: Io, go: GoProcess, reading: VariableReading, { json }: VarOptions): void {
  const failed = reading.variables.filter(({ error }) => error !== null)
  if (failed.length === reading.variables.length) throw new VariableError(failed.map(({ error }) => error).join('; '))
  for (const { error } of failed) remark(io, error!)
  if (json) writeVariablesJson(io, go, reading)
  else writeVariablesText(io, go, reading)
}

function writeVariablesJson(io: Io, go: GoProcess, { variables, ...reading }: VariableReading): void {
  writeJson(io.stdout, {
    schema: 'gospy.var/1',
    process: processJson(go),
    reading: { ...reading, takenAt: new Date(reading.takenAt).toISOString() },
    variables: variables.map(({ expression, variable, value, error }) => ({
      expression,
      variable,
      value: value === null ? null : valueJson(value),
      error,
    })),
    list: null,
  })
}

function writeVariablesText({ stdout }: Io, go: GoProcess, reading: VariableReading): void {
  const paint = painter(stdout.colour)
  const shown = reading.variables.filter(({ value }) => value !== null)
  const lines = [...processLines(go, paint), readingText(reading, shown.length), '']
  for (const { expression, value } of shown) {
    lines.push(...valueLines(expression, value!, stdout.columns ?? DEFAULT_WIDTH))
  }
  stdout.write(`${lines.join('\n')}\n`)
}

const LIST_COLUMNS: readonly Column[] = [
  { title: 'NAME', cut: 'middle', least: 30 },
  { title: 'TYPE', cut: 'end', least: 20 },
  { title: 'BYTES', align: 'right' },
]

function list({ stdout }: Io, go: GoProcess, pattern: string, { json }: VarOptions): void {
  const found = go.variables.list(pattern)
  if (found.length === 0) throw new VariableError(`no variable is called ${pattern}`)
  if (json) {
    const names = found.map((each) => ({ ...each, address: `0x${each.address.toString(16)}` }))
    writeJson(stdout, { schema: 'gospy.var/1', process: processJson(go), reading: null, variables: null, list: names })
    return
  }
  const rows = found.map(({ name, type, size }) => [
    printable(name),
    printable(type ?? '-'),
    size === null ? '-' : String(size),
  ])
  stdout.write(`${table(LIST_COLUMNS, rows, stdout.columns).join('\n')}\n`)
}
