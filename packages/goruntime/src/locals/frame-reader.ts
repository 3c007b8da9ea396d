/** Reads the variables of one frame, those of the calls that were inlined into it included. */
import {
  DW_AT,
  type EvaluationContext,
  evaluate,
  type FunctionScope,
  type LocalVariable,
  type LocationList,
  type Piece,
  type Type,
  Value,
} from '@gospy/dwarf'
import type { Frame } from '../stack.js'
import type { PhysicalFrame } from '../unwind/physical-frames.js'
import { typeText } from '../values/type-text.js'
import { type ReadOptions, ValueReader } from '../values/value-reader.js'
import type { ValueSpace } from '../values/value-space.js'
import { CONTRADICTION, checkedPieces } from './checked-pieces.js'
import type { FrameVariable, FrameVariables } from './frame-variables.js'
import type { LocalsSource } from './locals-source.js'
import { scopesOfCalls } from './scopes-of-frames.js'
import { SetSoFar } from './set-so-far.js'
import { type SourceVariable, sourceVariables } from './source-variables.js'
import { StackPlaces, TAKEN } from './stack-places.js'
import { dictionaryOf, typeArgument } from './type-arguments.js'
import {
  missingPart,
  NO_LISTS,
  NOT_BEGUN,
  NOT_SET,
  NOT_SET_OR_AWAY,
  ON_THIS_LINE,
  OPTIMIZED_AWAY,
  variableErrorText,
} from './unavailable.js'

/** How values are read. */
export interface FrameReading {
  readonly space: ValueSpace
  /** Whether the process runs meanwhile. */
  readonly isLive: boolean
  readonly options: ReadOptions
}

/** A call and what is known of its function. */
interface Call {
  readonly frame: Frame
  /** Address of what its type arguments are in; undefined where it has none, or that is not known. */
  readonly dictionary: number | undefined
  /** Line where the function is declared. */
  readonly startLine: number | null
}

/** A variable before it is known which others of its name are shadowed. */
type Seen = Omit<FrameVariable, 'shadowed'> & { readonly depth: number }

export class FrameReader {
  readonly #source: LocalsSource
  readonly #reading: FrameReading
  readonly #frame: PhysicalFrame
  /** Address of the instruction, as linked. */
  readonly #pc: bigint
  readonly #setSoFar: SetSoFar
  readonly #stackPlaces: StackPlaces
  readonly #context: EvaluationContext

  constructor(source: LocalsSource, reading: FrameReading, frame: PhysicalFrame) {
    this.#source = source
    this.#reading = reading
    this.#frame = frame
    this.#pc = BigInt(frame.instruction - source.bias)
    this.#setSoFar = new SetSoFar(frame, source.functions.bias)
    this.#stackPlaces = new StackPlaces(reading.space.memory, source.architecture.name, source.functions.bias)
    const cfa = () => BigInt(frame.cfa)
    this.#context = {
      loadBias: BigInt(source.bias),
      pc: this.#pc,
      memory: reading.space.memory,
      cfa,
      // DW_AT_frame_base is DW_OP_call_frame_cfa in all that Go's compiler and assembler make (cmd/internal/dwarf).
      frameBase: cfa,
      register: (register) => this.#register(register),
    }
  }

  #register(register: number): bigint | undefined {
    const name = this.#source.architecture.registerName(register)
    return name === undefined ? undefined : this.#frame.registers?.value(name)
  }

  /** For each of its calls, innermost first. */
  read(): FrameVariables[] {
    const { calls } = this.#frame
    let scopes: readonly FunctionScope[]
    try {
      scopes = this.#source.dwarf.scopes(this.#pc)
    } catch (error) {
      return calls.map(() => none(variableErrorText(error)))
    }
    const ofCalls = scopesOfCalls(calls, scopes)
    return calls.map((frame, index) => {
      const scope = ofCalls[index]
      return scope === undefined ? none('the debug data do not describe this function') : this.#ofCall(frame, scope)
    })
  }

  #ofCall(frame: Frame, scope: FunctionScope): FrameVariables {
    let variables: LocalVariable[]
    let call: Call
    try {
      // Of a function around an inlined call, what it sees is what it saw at the call.
      variables = scope.variables(this.#pc, BigInt(frame.instruction - this.#source.bias))
      call = { frame, dictionary: this.#dictionary(variables), startLine: this.#startLine(frame, scope) }
    } catch (error) {
      return none(variableErrorText(error))
    }
    const seen: Record<'arguments' | 'results' | 'locals', Seen[]> = { arguments: [], results: [], locals: [] }
    const errors: string[] = []
    for (const variable of sourceVariables(variables, (text) => errors.push(text))) {
      if (variable.role !== 'locals' || !isDeclaredLater(variable, frame))
        seen[variable.role].push(this.#read(variable, call))
    }
    seen.results = withoutCopies(seen.results)
    seen.locals.sort((a, b) => a.depth - b.depth || (a.line ?? 0) - (b.line ?? 0) || (a.name < b.name ? -1 : 1))
    // The last of each name is the one that is meant.
    const last = new Map([...seen.arguments, ...seen.results, ...seen.locals].map((one) => [one.name, one]))
    const shown = ({ depth: _, ...variable }: Seen, one: Seen): FrameVariable => ({
      ...variable,
      shadowed: last.get(variable.name) !== one,
    })
    return {
      arguments: seen.arguments.map((one) => shown(one, one)),
      results: seen.results.map((one) => shown(one, one)),
      locals: seen.locals.map((one) => shown(one, one)),
      error: errors.length === 0 ? null : errors.join('; '),
    }
  }

  /** Until Go 1.19 only debug data tell it, of which older ones do not: but the first instruction is of that line. */
  #startLine({ startLine, inlined }: Frame, { entry }: FunctionScope): number | null {
    if (startLine !== null) return startLine
    const declared = (entry.reference(DW_AT.abstract_origin) ?? entry).number(DW_AT.decl_line)
    if (declared !== undefined || inlined) return declared ?? null
    const { func } = this.#frame.code
    return func.location(func.entry).line ?? null
  }

  #dictionary(variables: readonly LocalVariable[]): number | undefined {
    const dictionary = dictionaryOf(variables)
    if (dictionary === undefined) return undefined
    try {
      const expression = dictionary.location?.at(this.#pc)
      if (expression === undefined) return undefined
      return Value.located(dictionary.type, evaluate(expression, this.#context), this.#context).number()
    } catch (error) {
      // Shapes are shown then.
      variableErrorText(error)
      return undefined
    }
  }

  #read(source: SourceVariable, call: Call): Seen {
    const { variable, isInHeap } = source
    const about = { name: source.name, line: source.line ?? null, depth: variable.depth }
    let type: string | null = null
    try {
      const declared = typeArgument(variable.type, call.dictionary, this.#reading.space)
      const pointer = isInHeap ? declared.resolve() : undefined
      type = typeText(pointer?.kind === 'pointer' ? (pointer.target ?? declared) : declared)
      const found = this.#place(source, declared, call)
      if (typeof found === 'string') return { ...about, type, value: null, unavailable: found }
      const value = isInHeap ? found.deref() : found
      const { space, isLive, options } = this.#reading
      return { ...about, type, value: new ValueReader(space, isLive, options).read(value), unavailable: null }
    } catch (error) {
      return { ...about, type, value: null, unavailable: variableErrorText(error) }
    }
  }

  /** The variable where it lies, or why nobody knows what it holds. */
  #place(source: SourceVariable, type: Type, call: Call): Value | string {
    const { variable, line, role, isInHeap } = source
    const { location } = variable
    const isOnThisLine = role === 'locals' && line !== undefined && line === call.frame.line
    const expression = location?.at(this.#placesAt(source))
    if (expression === undefined || expression.length === 0)
      return isOnThisLine || role === 'results' ? NOT_SET_OR_AWAY : OPTIMIZED_AWAY
    if (location?.list === undefined && !this.#source.facts.hasLocationLists && !isUnoptimized(variable))
      return NO_LISTS
    if (this.#isNowhere(source, type)) return OPTIMIZED_AWAY
    const isSetByCaller = role === 'arguments' && !isInHeap
    if (!isSetByCaller) {
      if (!this.#setSoFar.hasBegun) return NOT_BEGUN
      const reason = location?.list === undefined ? this.#notSet(variable, call) : undefined
      if (reason !== undefined) return reason
    }
    const pieces = checkedPieces(evaluate(expression, this.#context), type, this.#source.facts.repeatsPieces)
    if (pieces === undefined) return CONTRADICTION
    const missing = missingPart(
      pieces,
      type.size,
      (register) => this.#register(register) !== undefined,
      this.#lost(),
      this.#source.architecture,
    )
    if (missing !== undefined) return missing
    if (location?.list !== undefined && !isUnoptimized(variable)) {
      if (this.#isTaken(location.list, pieces, type.size ?? 0)) return TAKEN
      if (!this.#stackPlaces.isWhole(this.#frame, pieces, type)) return CONTRADICTION
    }
    return Value.located(type, pieces, this.#context, this.#reading.space.options)
  }

  /**
   * Where code without optimization stores its arguments before all else, the list has them in registers up to the end of the
   * instruction behind that (cmd/compile/internal/ssa/debug.go, BuildFuncDebugNoOptimized): if that is the call which the frame stands
   * at, the registers are lost and the arguments on the stack.
   */
  #placesAt({ variable, role }: SourceVariable): bigint {
    const isAtCall = !this.#frame.interrupted && this.#setSoFar.hasBegun
    return role === 'arguments' && isAtCall && isUnoptimized(variable) ? this.#pc + 1n : this.#pc
  }

  /**
   * Whether it is an argument without a name that was passed in registers, and of which debug data name the place that the compiler would
   * store it to: optimized code never does.
   */
  #isNowhere({ variable, role }: SourceVariable, type: Type): boolean {
    const { passesInRegisters } = this.#source.facts
    if (role !== 'arguments' || !passesInRegisters || variable.location?.list !== undefined) return false
    return /^(_|~p\d+)$/.test(variable.name ?? '') && !isUnoptimized(variable) && fitsIntoRegisters(type)
  }

  #isTaken(list: LocationList, pieces: readonly Piece[], size: number): boolean {
    const { bias } = this.#source
    for (const range of list.ranges()) {
      if (this.#pc >= range.begin && this.#pc < range.end)
        return this.#stackPlaces.isTaken(this.#frame, pieces, range, bias, size)
    }
    return false
  }

  /** Why a variable with one place for all of its function may not hold anything yet. */
  #notSet(variable: LocalVariable, { frame, startLine }: Call): string | undefined {
    const { line } = variable
    // Of what a closure captured the declaration is in the function around it.
    if (line === undefined || isCaptured(variable) || (startLine !== null && line < startLine)) return undefined
    if (line === frame.line) return variable.isResult ? NOT_SET : ON_THIS_LINE
    return variable.isParameter || this.#setSoFar.isBehind(frame.file, line) ? undefined : NOT_SET
  }

  /** What became of registers that are not known. */
  #lost(): string {
    const { registers, interrupted } = this.#frame
    if (registers !== undefined) return 'which is not read'
    return interrupted ? 'as it was when it was interrupted' : 'which the calls from here on have overwritten'
  }
}

/** Results that the debug data have twice (seen in Go 1.21): the one of which something is known. */
function withoutCopies(results: readonly Seen[]): Seen[] {
  const kept = new Map<string, Seen>()
  results.forEach((one, index) => {
    const key = one.name === '_' ? `_${index}` : one.name
    const other = kept.get(key)
    if (other === undefined || (other.value === null && one.value !== null)) kept.set(key, one)
  })
  return [...kept.values()]
}

function none(error: string): FrameVariables {
  return { arguments: [], results: [], locals: [], error }
}

/** Whether its package was compiled with -N, as the compiler notes. */
function isUnoptimized({ entry: { unit } }: LocalVariable): boolean {
  return / -N\b/.test(unit.producer ?? '')
}

function isCaptured({ entry }: LocalVariable): boolean {
  return entry.attribute(DW_AT.go_closure_offset) !== undefined
}

/** Whether Go passes values of the type in registers where there are enough: arrays of several elements are on the stack. */
function fitsIntoRegisters(type: Type): boolean {
  const resolved = type.resolve()
  if (type.size === 0) return false
  if (resolved?.kind === 'struct')
    return resolved.fields.every((field) => field.type.size === 0 || fitsIntoRegisters(field.type))
  return resolved?.kind !== 'array' || (resolved.length === 1 && fitsIntoRegisters(resolved.element))
}

/** As in Go's scopes: a variable can be seen behind its declaration. */
function isDeclaredLater({ variable, line }: SourceVariable, frame: Frame): boolean {
  return line !== undefined && frame.line !== null && line > frame.line && !isCaptured(variable)
}
