/** What the function table says about code addresses that occur on stacks; each distinct one is looked up once. */
import { FuncFlag, funcIDName, type GoFunction, type SourceFrame } from '@gospy/gosym'
import { type FunctionTable, NAMELESS, shownName } from '../function-table.js'
import { type ProgramCode, RANK } from '../program-code.js'
import type { Frame } from '../stack.js'
import { TableFaults } from '../table-faults.js'
import type { VersionFacts } from '../version-facts.js'

/** An address within a function, as far as unwinding asks. */
export interface Code {
  /** Address in the process. */
  readonly pc: number
  /** Address in the process of the function's first instruction. */
  readonly entry: number
  readonly func: GoFunction
  /** Name without package `runtime`, of a function of that package; empty for all others: see `stack-tree.ts`. */
  readonly runtimeName: string
  /** Bytes that the function has taken of the stack at this instruction; undefined where the table does not say. */
  readonly spDelta: number | undefined
  /** FuncFlag bits; 0 before Go 1.17. */
  readonly flags: number
}

/** The calls that one address belongs to, innermost first. */
export interface Calls {
  readonly frames: readonly Frame[]
  /** The greatest RANK of them, and the index of the one to show: of the runtime's own the outermost, else the innermost. */
  readonly rank: number
  readonly place: number
}

const RUNTIME = 'runtime.'

export class CodeTable {
  readonly #functions: FunctionTable
  readonly #program: ProgramCode
  readonly #wrappers: VersionFacts['wrappers']
  readonly #codes = new Map<number, Code | undefined>()
  readonly #calls = [new Map<number, Calls>(), new Map<number, Calls>()] as const
  readonly #faults = new TableFaults()

  constructor(functions: FunctionTable, wrappers: VersionFacts['wrappers'], program: ProgramCode) {
    this.#functions = functions
    this.#program = program
    this.#wrappers = wrappers
  }

  /** Where the function table contradicts itself, and what is therefore not shown: for people. */
  get faults(): readonly string[] {
    return this.#faults.texts
  }

  /** Undefined where no function holds `pc`, or the table contradicts itself there. @param pc address in the process */
  at(pc: number): Code | undefined {
    if (this.#codes.has(pc)) return this.#codes.get(pc)
    const code = this.#faults.orUndefined(`the function at 0x${pc.toString(16)} is not known`, () => this.#lookUp(pc))
    this.#codes.set(pc, code)
    return code
  }

  /** Forgets what is no code: there is no end to such addresses, while a program has only so much code. */
  prune(): void {
    for (const [pc, code] of this.#codes) if (code === undefined) this.#codes.delete(pc)
  }

  #lookUp(pc: number): Code | undefined {
    const { table, bias } = this.#functions
    const func = table.functionAt(pc - bias)
    if (func === undefined) return undefined
    const { name } = func
    return {
      pc,
      entry: func.entry + bias,
      func,
      runtimeName: name.startsWith(RUNTIME) ? name.slice(RUNTIME.length) : '',
      spDelta: func.spDelta(pc - bias),
      flags: func.flags,
    }
  }

  /**
   * The calls that code belongs to, innermost first: those inlined, then the function itself.
   * @param interrupted whether the code was stopped at this very instruction, by a signal or by a debugger. Otherwise the
   * address is where a call returns to, and the call itself is what was being executed (runtime/traceback.go, symPC)
   */
  calls({ pc, entry, func }: Code, interrupted: boolean): Calls {
    const known = this.#calls[interrupted ? 1 : 0]
    let calls = known.get(pc)
    if (calls === undefined) {
      const { bias, version } = this.#functions
      const instruction = !interrupted && pc > entry ? pc - 1 : pc
      const sources =
        this.#faults.orUndefined('inlined calls are not shown', () => func.frames(instruction - bias)) ??
        this.#withoutInlining(func, instruction - bias)
      const frames = sources.map((frame) => ({
        function: shownName(frame.function, version),
        symbol: frame.function,
        startLine: frame.startLine ?? null,
        file: frame.file ?? null,
        line: frame.line ?? null,
        pc,
        instruction: frame.pc + bias,
        entry,
        inlined: frame.inlined,
        funcID: this.#funcID(frame),
      }))
      const ranks = frames.map((frame) => this.#program.rank(frame))
      const rank = Math.max(...ranks)
      calls = { frames, rank, place: rank === RANK.runtime ? ranks.lastIndexOf(rank) : ranks.indexOf(rank) }
      known.set(pc, calls)
    }
    return calls
  }

  /** As much as can be told of a function whose inline tree cannot be read. */
  #withoutInlining(func: GoFunction, pc: number): SourceFrame[] {
    const { entry, funcID } = func
    const name = this.#faults.orUndefined('a function has no name', () => func.name) ?? NAMELESS
    const startLine = this.#faults.orUndefined('a function has no line', () => func.startLine)
    const { file, line } = this.#faults.orUndefined('a call has no line', () => func.location(pc)) ?? {}
    return [{ function: name, file, line, pc, startLine, funcID, inlined: false, entry }]
  }

  #funcID({ funcID, file }: SourceFrame): string | null {
    const { version } = this.#functions
    if (this.#wrappers === 'by file' && file === '<autogenerated>') return 'wrapper'
    const name = funcID === undefined || version === undefined ? undefined : funcIDName(funcID, version)
    return name === undefined || name === 'normal' ? null : name
  }
}

/** Whether stacks end at this function (Go 1.17 and newer say so in the table). */
export const isMarkedTop = ({ flags }: Code) => (flags & FuncFlag.TopFrame) !== 0
/** Whether it sets the stack pointer in a way that the table does not tell (likewise). */
export const writesStackPointer = ({ flags }: Code) => (flags & FuncFlag.SPWrite) !== 0
