/** `gospy info FILE|PID`: what a Go program says about itself, without looking at its goroutines. */
import { FileSource } from '@gospy/bytes/node'
import { AllgsError, GoBinary, GoProcess, packedError, type StructFinding, TargetError } from '@gospy/goruntime'
import { openProcess, type Process, ProcessError } from '@gospy/procmem'
import type { Io } from '../output.js'
import { moduleText } from '../render/header-text.js'
import { writeJson } from '../render/json.js'
import { type Column, table } from '../render/table.js'
import { painter, printable } from '../render/text.js'
import { parsePid } from '../target.js'
import { UsageError } from '../usage-error.js'

export interface InfoOptions {
  json?: boolean
  pid?: string
}

/** A number is a process, everything else is a file. */
export function info(io: Io, argument: string | undefined, options: InfoOptions): void {
  if (argument !== undefined && !/^\d+$/.test(argument)) {
    if (options.pid !== undefined)
      throw new UsageError(`both a file and a process are named: ${argument} and ${options.pid}`)
    using file = new FileSource(argument)
    write(io, new GoBinary(file, argument), options)
    return
  }
  using process = openProcess(parsePid(argument, options.pid))
  using file = process.openExecutable()
  const binary = new GoBinary(file, process.executable)
  write(io, binary, options, binary.isGoProgram ? runtimeData(process) : null)
}

interface VariableAnswer {
  name: string
  /** Link-time address, in hex. */
  address: string | null
  foundBy: readonly string[]
  note: string | null
}

interface RuntimeAnswer {
  structs: readonly StructFinding[]
  variables: readonly VariableAnswer[]
  /** Why nothing was found. */
  error: string | null
}

/** How the runtime's data are found in a process; why not, where they are not. */
function runtimeData(process: Process): RuntimeAnswer {
  try {
    using go = GoProcess.attach(process)
    const { structs, variables } = go.runtimeData
    return {
      structs,
      variables: variables.map(({ name, address, foundBy, note }) => ({
        name,
        address: address === undefined ? null : `0x${address.toString(16)}`,
        foundBy,
        note: note ?? null,
      })),
      error: null,
    }
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof AllgsError || error instanceof ProcessError)) throw error
    return { structs: [], variables: [], error: error.message }
  }
}

function write(io: Io, binary: GoBinary, { json }: InfoOptions, runtime: RuntimeAnswer | null = null): void {
  if (!binary.isGoProgram) {
    if (binary.isPacked) throw packedError(binary.path)
    throw new TargetError(
      'NOT_GO',
      `${binary.path} is not a Go program: it has no Go build information and no Go function table`,
    )
  }
  const answer = { ...describe(binary), runtime }
  if (json) writeJson(io.stdout, { schema: 'gospy.info/1', ...answer })
  else writeText(io, answer)
}

type Answer = ReturnType<typeof describe> & { runtime: RuntimeAnswer | null }

function describe(binary: GoBinary) {
  const { buildInfo } = binary
  const place = binary.pclntabPlace
  return {
    file: binary.path,
    goVersion: binary.goVersion.text,
    arch: binary.arch,
    pie: binary.isPie,
    package: buildInfo?.path ?? null,
    module: buildInfo?.main ?? null,
    dependencies: buildInfo?.deps ?? [],
    settings: Object.fromEntries(buildInfo?.settings ?? []),
    goBuildId: binary.goBuildId ?? null,
    gnuBuildId: binary.gnuBuildId ?? null,
    symbols: binary.debugData,
    functionTable:
      place === undefined
        ? null
        : {
            foundBy: place.foundBy,
            format: binary.pclntab.version,
            functions: binary.pclntab.functionCount,
            bytes: place.source.size,
          },
  }
}

const SYMBOLS_TEXT = {
  dwarf: 'DWARF: goroutines can be shown',
  symtab: 'symbols, but no DWARF: layouts by Go version, tested in the process',
  none: 'none (stripped): variables by code and memory, layouts by Go version',
}

function writeText(io: Io, answer: Answer): void {
  const paint = painter(io.stdout.colour)
  const table_ = answer.functionTable
  const rows: [string, string][] = [
    ['File', answer.file],
    ['Go version', answer.goVersion],
    ['Architecture', answer.pie ? `${answer.arch}, position-independent` : answer.arch],
    ['Package', answer.package ?? '-'],
    ['Module', answer.module === null ? '-' : moduleText(answer.module)],
    ['Go build id', answer.goBuildId ?? '-'],
    ['GNU build id', answer.gnuBuildId ?? '-'],
    ['Debug data', SYMBOLS_TEXT[answer.symbols]],
    [
      'Functions',
      table_ === null ? 'no function table' : `${table_.functions}, table of Go ${table_.format}, ${table_.foundBy}`,
    ],
  ]
  const width = io.stdout.columns
  const lines = listing(rows, width)
  if (Object.keys(answer.settings).length > 0) {
    lines.push('', paint('bold', 'Build settings'), ...listing(Object.entries(answer.settings), width))
  }
  if (answer.runtime !== null) {
    lines.push('', paint('bold', 'Runtime data in the process'), ...listing(runtimeRows(answer.runtime), width))
  }
  if (answer.dependencies.length > 0) {
    lines.push('', paint('bold', 'Dependencies'))
    lines.push(
      ...listing(
        answer.dependencies.map(({ path, version, replace }) => [
          path,
          replace === undefined ? version : `${version} => ${moduleText(replace)}`,
        ]),
        width,
      ),
    )
  }
  io.stdout.write(`${lines.join('\n')}\n`)
}

function runtimeRows({ structs, variables, error }: RuntimeAnswer): [string, string][] {
  if (error !== null) return [['Not found', error]]
  const fields = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what} ${names.join(', ')}`])
  return [
    ...structs.map(({ name, foundBy, moved, unconfirmed, unknown }): [string, string] => [
      name,
      [
        foundBy,
        ...fields('elsewhere', moved),
        ...fields('unconfirmed', unconfirmed),
        ...fields('unknown', unknown),
      ].join('; '),
    ]),
    ...variables.map(({ name, address, foundBy, note }): [string, string] => [
      name,
      [
        address ?? 'not found',
        ...(foundBy.length > 0 ? [foundBy.join('; ')] : []),
        ...(note === null ? [] : [note]),
      ].join('  '),
    ]),
  ]
}

function listing(rows: readonly (readonly [string, string])[], width: number | undefined): string[] {
  const columns: Column[] = [{ title: '' }, { title: '', cut: 'middle', least: 30 }]
  const cells = rows.map(([name, value]) => [printable(name), printable(value)])
  return table(columns, cells, width).slice(1)
}
