/**
 * Where the runtime's data lie in a process whose program has no debug data: layouts from the tables, variables from symbols
 * where there are any, else from code and from memory, all held against the live process before anything is told.
 */
import type { MemoryReader } from '@gospy/bytes'
import { readAllgs } from './allgs.js'
import type { FunctionTable } from './function-table.js'
import { FURTHER_VARIABLES, type FurtherVariable } from './further/contract.js'
import { type FurtherSource, tableSource, unknownSource } from './further/further-source.js'
import type { GoBinary } from './go-binary.js'
import { readWord } from './go-string.js'
import { layoutEvidence } from './layout-evidence.js'
import { codeFactsFor, nearestMinors, type TableLayout, tableLayout } from './layout-from-table.js'
import { NEWEST_MINOR } from './layout-table.js'
import { type MatchedLayout, type MatchedStruct, matchLayout } from './match-layout.js'
import { type FieldContract, isInVersion, type RuntimeVariable, STRUCTS } from './runtime-contract.js'
import { type RuntimeData, strippedRuntimeData } from './runtime-data.js'
import type { RuntimeLayout, RuntimeStructs, VariableLayout } from './runtime-layout.js'
import { TargetError } from './target-error.js'
import { ANCHOR_FUNCTIONS, FURTHER_ANCHORS } from './variables/code-anchors.js'
import { findAllgs, findVariables, type VariableFinding, type VariableSource } from './variables/find-variables.js'
import { ProgramReferences } from './variables/program-references.js'
import { programText } from './variables/program-text.js'
import { type CodeFacts, variablesInCode } from './variables/variables-in-code.js'

/** A process whose program is stripped. */
export interface StrippedProcess {
  readonly pid: number
  readonly program: GoBinary
  readonly memory: MemoryReader
  /** What is added to link-time addresses. */
  readonly bias: number
  readonly functions: FunctionTable
  /** Whether a thread has that number, as the process itself sees it. */
  readonly isThread: (tid: number) => boolean
  readonly isMapped: (address: number) => boolean
  /** Its CLOCK_MONOTONIC in ns, if it is known. */
  readonly now: number | undefined
}

/** What a process told of itself. */
export interface StrippedLayout {
  readonly layout: RuntimeLayout
  /** How it was found. */
  readonly data: RuntimeData
  /** What people should know of it. */
  readonly warnings: readonly string[]
  /** What is told when it is asked for. */
  readonly further: FurtherSource
}

const POINTER = 8
/** GOMAXPROCS is limited by memory alone; more are not looked at. */
const MOST_PS = 4096
const STRING = 16
/** Wait reasons that a version may have more than the one before. */
const ADDED_REASONS = 16

export interface StrippedOptions {
  /** Minor versions whose tables are not used: for tests of discovery. */
  without?: readonly number[]
  /** Whether the program's symbols are asked, if it has any; true unless said otherwise: for tests of what is done without. */
  symbols?: boolean
}

/**
 * @throws TargetError BAD_RUNTIME_DATA when the runtime's data are not found, or not what they must be; UNSUPPORTED_ARCHITECTURE
 * @throws AllgsError when there is no list of goroutines where it was found
 */
export function strippedLayout(process: StrippedProcess, options: StrippedOptions = {}): StrippedLayout {
  const { without = [], symbols = true } = options
  const { pid, program, memory, bias, functions } = process
  const { arch, minor } = program
  const nearest = nearestMinors(minor).find((version) => !without.includes(version))
  const table = nearest === undefined ? undefined : tableLayout(arch, nearest)
  if (table === undefined) {
    throw new TargetError('UNSUPPORTED_ARCHITECTURE', `there are no layouts of Go's runtime for ${arch}`)
  }
  const text = programText(program, functions.table, bias - functions.bias)
  const references = new ProgramReferences(text, ANCHOR_FUNCTIONS)
  const common = {
    memory,
    bias,
    spans: text.data.map(({ start, end }) => ({ start: start + bias, end: end + bias })),
    symbol: (name: string) => (symbols ? program.symbolAddress(name) : undefined),
  }
  const source = (layout: TableLayout): VariableSource => {
    const facts = codeFactsFor(arch, minor, layout)
    return {
      ...common,
      code: variablesInCode(references, facts),
      facts,
      structs: layout.structs,
      isExact: layout.minor === minor,
    }
  }
  const nearby = source(table)
  const list = findAllgs(nearby)
  const { allgs } = list.variables
  if (allgs === undefined) {
    // Of a process that is just starting there is nothing to find yet: that is said then.
    const told = toldPlace(nearby, 'allgs')
    if (told !== undefined && words(memory, told.address + bias, 2)[1] === 0)
      readAllgs(memory, told.address + bias, undefined)
    const note = list.findings[0]?.note
    throw notFound(pid, `runtime.allgs, the list of goroutines, was not found${note === undefined ? '' : `: ${note}`}`)
  }
  const evidence = layoutEvidence({
    memory,
    allgs: readAllgs(memory, allgs.address + bias, undefined).addresses,
    allp: pointers(memory, toldPlace(nearby, 'allp'), bias),
    isCode: (pc) => functions.table.functionAt(pc - functions.bias) !== undefined,
    isEntry: (pc) => functions.table.functionAt(pc - functions.bias)?.entry === pc - functions.bias,
    isThread: process.isThread,
    isMapped: process.isMapped,
    now: process.now,
    waitReasons: (nearby.facts.sizeOf('waitReasonStrings') ?? 0) / STRING + ADDED_REASONS,
  })
  const match = matchLayout(arch, minor, evidence, without)
  if (match === undefined) throw notFound(pid, 'its goroutines are not as those of any Go version that is known')
  const { g, m, p } = match
  const structs: RuntimeStructs = { g: g.layout, m: m.layout, p: p.layout }
  const matched = g.minor === table.minor ? nearby : source(tableLayout(arch, g.minor) ?? table)
  const rest = findVariables({ ...matched, structs }, allgs.address)
  const variables = { ...list.variables, ...rest.variables }
  const findings = [...list.findings, ...rest.findings]
  const isOwn = [g, m, p].every((part) => part.minor === minor && part.moved.length === 0)
  return {
    layout: {
      source: isOwn ? 'table' : 'discovery',
      ...structs,
      variables,
      missing: [...notFoundOf(findings), ...missingFields(structs, minor)],
    },
    data: strippedRuntimeData(match, minor, findings),
    warnings: [...versionWarning(program, match, isOwn), ...noteWarnings(findings)],
    further: isOwn
      ? tableSource(arch, g.minor, (key) => {
          const symbol = common.symbol(FURTHER_VARIABLES[key].name)
          return symbol ?? inCode(key, references, codeFactsFor(arch, minor, table), variables)
        })
      : unknownSource(`there is no table of its Go version (${program.goVersion.text}) that the process agrees with`),
  }
}

/** Where code says that a further variable lies; undefined where it does not, or contradicts itself. */
function inCode(
  key: FurtherVariable,
  references: ProgramReferences,
  facts: CodeFacts,
  known: RuntimeLayout['variables'],
): number | undefined {
  return variablesInCode(references, facts, { [key]: FURTHER_ANCHORS[key] }, known).found[key]?.address
}

/** Where symbols or code say that a variable lies. */
function toldPlace({ symbol, code, facts }: VariableSource, name: RuntimeVariable): VariableLayout | undefined {
  const address = symbol(`runtime.${name}`) ?? code.found[name]?.address
  const size = facts.sizeOf(name)
  return address === undefined || size === undefined ? undefined : { address, size }
}

function notFound(pid: number, what: string): TargetError {
  return new TargetError(
    'BAD_RUNTIME_DATA',
    `the program of process ${pid} is stripped, and ${what}`,
    'build the same source with the same Go once more without -s and -w, and pass it: --bin FILE',
  )
}

/** The pointers in a slice, or up to Go 1.9 in an array that ends with nil; none where it cannot be read. */
function pointers(memory: MemoryReader, variable: VariableLayout | undefined, bias: number): number[] {
  if (variable === undefined) return []
  let [array, count] = [variable.address + bias, variable.size / POINTER]
  if (count === 3) {
    const header = words(memory, array, 3)
    if (header.length < 3) return []
    array = header[0]!
    count = Math.min(header[1]!, MOST_PS)
  }
  const all = words(memory, array, count)
  const end = all.indexOf(0)
  return end < 0 ? all : all.slice(0, end)
}

/** As many words as there are of so many. */
function words(memory: MemoryReader, address: number, count: number): number[] {
  const bytes = new Uint8Array(count * POINTER)
  const read = memory.read(address, bytes)
  const view = new DataView(bytes.buffer)
  return Array.from({ length: Math.floor(read / POINTER) }, (_, index) => readWord(view, index * POINTER))
}

/** Variables that were looked for and not found. */
function notFoundOf(findings: readonly VariableFinding[]): string[] {
  return findings.flatMap(({ name, address }) => (address === undefined ? [name] : []))
}

function missingFields(structs: RuntimeStructs, minor: number | undefined): string[] {
  return Object.entries(STRUCTS).flatMap(([struct, { name, fields }]) =>
    Object.entries<FieldContract>(fields).flatMap(([key, contract]) =>
      minor !== undefined &&
      minor <= NEWEST_MINOR &&
      isInVersion(contract, minor) &&
      !(key in structs[struct as keyof typeof structs].fields)
        ? [`${name}.${contract.path}`]
        : [],
    ),
  )
}

/** That the layout is another version's, or was discovered. */
function versionWarning({ goVersion, minor }: GoBinary, match: MatchedLayout, isOwn: boolean): string[] {
  if (isOwn) return []
  const parts = Object.entries(match) as [keyof MatchedLayout, MatchedStruct][]
  const all = (pick: (part: MatchedStruct) => readonly string[]) =>
    parts.flatMap(([name, part]) => pick(part).map((field) => `${name}.${field}`))
  const why =
    minor === undefined
      ? `the Go version is not known (${goVersion.text})`
      : minor > NEWEST_MINOR
        ? `${goVersion.text} is newer than what this gospy knows`
        : `the process does not agree with the layout of ${goVersion.text}`
  const from = parts.map(([name, part]) => `${name} of Go 1.${part.minor}`).join(', ')
  const [moved, open, lost] = [all((part) => part.moved), all((part) => part.open), all((part) => part.lost)]
  const say = (what: string, fields: readonly string[]) =>
    fields.length === 0 ? [] : [`${what}: ${fields.join(', ')}`]
  const details = [...say('found elsewhere', moved), ...say('not confirmed', open), ...say('not found', lost)]
  return [[`${why}: read by the layouts of ${from}`, ...details].join('; ')]
}

function noteWarnings(findings: readonly VariableFinding[]): string[] {
  return findings.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]))
}
