/** The variables of a Go program's packages: their names and types, and what they hold in a process. */
import type { MemoryReader } from '@gospy/bytes'
import { DW_LANG, type Dwarf, GoRuntimeTypes, type Unit, Value, type Variable } from '@gospy/dwarf'
import { BudgetedMemory } from '../budgeted-memory.js'
import { type FunctionTable, shownName } from '../function-table.js'
import type { Location } from '../location.js'
import type { StoppedProcess } from '../snapshot-source.js'
import { followPath } from './follow-path.js'
import { nameTest, nearestNames } from './name-pattern.js'
import { readErrorText } from './read-error.js'
import { type NameLength, TypeDescriptors } from './type-descriptors.js'
import { TypesByName } from './types-by-name.js'
import { type ReadOptions, ValueReader } from './value-reader.js'
import type { ValueSpace } from './value-space.js'
import type { ValueNode } from './value-tree.js'
import { type PathStep, parsePath, splitsOf, VariablePathError } from './variable-path.js'

/** What is needed of a process to read its variables. */
export interface VariableSource {
  readonly memory: MemoryReader
  readonly dwarf: Dwarf
  /** What is added to link-time addresses in the process. */
  readonly bias: number
  readonly functions: FunctionTable
  /** How the runtime writes names of types. */
  readonly typeNameLength: NameLength
  /** Whether a bit of sync.Mutex says that a goroutine has waited too long. */
  readonly mutexMayStarve: boolean
  /** Whether the debug data say where the descriptors of types lie. */
  readonly debugDataHaveDescriptors: boolean
  /** Stops all threads until `resume`. */
  pause(budgetMs: number | undefined): StoppedProcess
}

/** A package variable as the debug data describe it. */
export interface VariableDescription {
  /** With its package: `main.cfg`, `net/http.DefaultClient`. */
  readonly name: string
  /** As Go writes it; null where the debug data do not say. */
  readonly type: string | null
  /** In the process. */
  readonly address: number
  /** Bytes; null where they are not known. */
  readonly size: number | null
}

/** What was asked for, and what it is. */
export interface VariableAnswer {
  /** As it was asked for. */
  readonly expression: string
  /** The variable that it is, or is a part of; null where there is none. */
  readonly variable: string | null
  /** Null where it cannot be reached: `error` says why. */
  readonly value: ValueNode | null
  readonly error: string | null
}

export interface VariableReading {
  readonly mode: 'live' | 'paused'
  /** ms since 1970. */
  readonly takenAt: number
  readonly readMs: number
  /** How long the process was stopped; null where it was not. */
  readonly pausedMs: number | null
  /** Values that changed each time that they were read. */
  readonly torn: number
  readonly variables: readonly VariableAnswer[]
}

export interface ReadVariablesOptions extends ReadOptions {
  /** Stop all threads while values are read, for at most `budgetMs`. */
  readonly pause?: { readonly budgetMs?: number }
}

/** Names that are offered for a wrong one, and those that one without its package may mean. */
const MOST_OFFERED = 3
const MOST_AMBIGUOUS = 8

/** A variable, and the fields that lead on from it. */
interface Split {
  readonly variable: Variable
  readonly fields: readonly string[]
}

interface Found {
  readonly variable: Variable
  readonly steps: readonly PathStep[]
  readonly stars: number
}

export class PackageVariables {
  readonly #source: VariableSource
  /** Address of `runtime.types`; undefined where there is none. */
  readonly #typesStart: number | undefined
  readonly #types: GoRuntimeTypes | undefined
  #names: ReadonlyMap<string, Variable> | undefined

  constructor(source: VariableSource) {
    this.#source = source
    this.#typesStart = this.#findTypes()
    this.#types = this.#typesStart === undefined ? undefined : new GoRuntimeTypes(source.dwarf, this.#typesStart)
  }

  /** Where descriptors of types begin, which interfaces refer to; undefined until Go 1.6. */
  #findTypes(): number | undefined {
    const { dwarf, memory, bias } = this.#source
    const module = dwarf.findVariable('runtime.firstmoduledata')
    if (module?.address === undefined) return undefined
    const fields = Value.at(module.type, memory, Number(module.address) + bias).fields()
    return fields.find(({ name }) => name === 'types')?.value.number()
  }

  /**
   * The variables whose name has the text in it, or all of it is as a pattern says (`*` for any text, `?` for one character); by name.
   * @throws FormatError where the debug data are malformed
   */
  list(pattern = ''): VariableDescription[] {
    const isWanted = nameTest(pattern)
    const found: VariableDescription[] = []
    for (const [name, variable] of this.#all()) if (isWanted(name)) found.push(this.#describe(name, variable))
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Every name, in the order of the program. */
  names(): Iterable<string> {
    return this.#all().keys()
  }

  #describe(name: string, variable: Variable): VariableDescription {
    const address = Number(variable.address) + this.#source.bias
    try {
      const { type } = variable
      return { name, type: type.describe(), address, size: type.size ?? null }
    } catch (error) {
      readErrorText(error)
      return { name, type: null, address, size: null }
    }
  }

  #all(): ReadonlyMap<string, Variable> {
    if (this.#names !== undefined) return this.#names
    const names = new Map<string, Variable>()
    for (const variable of this.#source.dwarf.variables(isGo)) {
      const { address, name } = variable
      if (address !== undefined && address !== 0n) names.set(name, variable)
    }
    this.#names = names
    return names
  }

  /**
   * What variables, or parts of them, hold: `main.cfg`, `main.cfg.Servers[2].Addr`, `main.byID["x"]`. Pointers are followed. What
   * cannot be found or read is said in its answer.
   * @throws TargetError PAUSE_TOO_SHORT when reading took longer than the process may be stopped; what memory as a whole throws
   */
  read(expressions: readonly string[], options: ReadVariablesOptions = {}): VariableReading {
    const { memory } = this.#source
    const takenAt = Date.now()
    const started = performance.now()
    const live = this.#readAll(expressions, memory, true, options)
    if (options.pause === undefined) {
      return { mode: 'live', takenAt, readMs: performance.now() - started, pausedMs: null, ...live }
    }
    // The first look has decoded the types: what is left to do while the process stands still is reading.
    return this.#readPaused(expressions, options)
  }

  #readPaused(expressions: readonly string[], options: ReadVariablesOptions): VariableReading {
    const { memory } = this.#source
    const pause = this.#source.pause(options.pause?.budgetMs)
    try {
      const takenAt = Date.now()
      const started = performance.now()
      const still = this.#readAll(expressions, new BudgetedMemory(memory, pause, 'the variables'), false, options)
      const readMs = performance.now() - started
      return { mode: 'paused', takenAt, readMs, pausedMs: pause.resume(), ...still }
    } finally {
      pause.resume()
    }
  }

  #readAll(expressions: readonly string[], memory: MemoryReader, isLive: boolean, options: ReadOptions) {
    const space = this.space(memory)
    let torn = 0
    const variables = expressions.map((expression) => {
      const reader = new ValueReader(space, isLive, options)
      const answer = this.#answer(space, reader, expression)
      torn += reader.torn
      return answer
    })
    return { torn, variables }
  }

  #answer(space: ValueSpace, reader: ValueReader, expression: string): VariableAnswer {
    let variable: string | null = null
    try {
      const found = this.#find(expression)
      variable = found.variable.name
      const start = space.variable(variable)
      if (start === undefined) throw new VariablePathError(`${variable} has no address in the program`)
      const value = followPath(space, start, found.steps, found.stars)
      return { expression, variable, value: reader.read(value), error: null }
    } catch (error) {
      return { expression, variable, value: null, error: readErrorText(error) }
    }
  }

  /** The variable that an expression begins with, and the way on from there. */
  #find(expression: string): Found {
    // The compiler's own have names that no path has: `main..stmp_0`.
    const whole = this.#variable(expression)
    if (whole !== undefined) return { variable: whole, steps: [], stars: 0 }
    const { head, steps, stars } = parsePath(expression)
    const withFields = ({ variable, fields }: Split): Found => ({
      variable,
      steps: [...fields.map((field) => ({ field })), ...steps],
      stars,
    })
    for (const { name, fields } of splitsOf(head)) {
      const variable = this.#variable(name)
      if (variable !== undefined) return withFields({ variable, fields })
    }
    const short = this.#byShortName(head)
    if (short !== undefined) return withFields(short)
    const [first] = splitsOf(head)
    const nearest = nearestNames(first?.name ?? head, this.names(), MOST_OFFERED)
    const offer = nearest.length === 0 ? '' : `; there is ${nearest.join(', ')}`
    throw new VariablePathError(`the program has no variable ${first?.name ?? head}${offer}`)
  }

  #variable(name: string): Variable | undefined {
    const variable = this.#source.dwarf.findVariable(name)
    return variable?.address !== undefined && isGo(variable.entry.unit) ? variable : undefined
  }

  /**
   * `http.DefaultClient` for net/http's, `v2/yaml.Debug` for that of the one path that ends so, `cfg` for main's.
   * @throws VariablePathError where several are meant
   */
  #byShortName(head: string): Split | undefined {
    const parts = head.split('.')
    const inMain = head.includes('/') ? undefined : this.#variable(`main.${parts[0]!}`)
    if (inMain !== undefined) return { variable: inMain, fields: parts.slice(1) }
    for (const { name, fields } of splitsOf(head)) {
      const found = [...this.#all()].filter(([each]) => each.endsWith(`/${name}`))
      if (found.length > 1) {
        const names = found.slice(0, MOST_AMBIGUOUS).map(([each]) => each)
        throw new VariablePathError(`${head} may be ${names.join(', ')}${found.length > names.length ? ', …' : ''}`)
      }
      if (found[0] !== undefined) return { variable: found[0][1], fields }
    }
    return undefined
  }

  /**
   * Where values are read, out of that memory.
   * @internal
   */
  space(memory: MemoryReader): ValueSpace {
    const { dwarf, bias, typeNameLength, debugDataHaveDescriptors, mutexMayStarve } = this.#source
    const descriptors = new TypeDescriptors(memory, dwarf, this.#typesStart, typeNameLength)
    const byName = debugDataHaveDescriptors ? undefined : new TypesByName(dwarf, descriptors)
    const options = { goType: (descriptor: number) => (byName ?? this.#types)?.at(descriptor) }
    return {
      memory,
      dwarf,
      options,
      mutexMayStarve,
      descriptors,
      functionAt: (entry) => this.#functionAt(entry),
      variable: (name) => {
        const variable = dwarf.findVariable(name)
        return variable?.address === undefined
          ? undefined
          : Value.at(variable.type, memory, Number(variable.address) + bias, options)
      },
    }
  }

  #functionAt(entry: number): Location | undefined {
    const { table, bias, version } = this.#source.functions
    const holder = Number.isNaN(entry) ? undefined : table.functionAt(entry - bias)
    if (holder === undefined) return undefined
    const place = holder.location(entry - bias)
    return { function: shownName(holder.name, version), file: place?.file ?? null, line: place?.line ?? null }
  }
}

function isGo(unit: Unit): boolean {
  return unit.language === DW_LANG.Go
}
