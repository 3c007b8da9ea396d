/** The raw walk over the rows of a line number program: moves on without making objects. `LineRow` is the comfortable face of it. */
import { joinAddress } from '../address.js'
import type { LineMachine } from './line-machine.js'
import { HAS_RARE, LINE_FLAG, RARE, RARE_WORDS, ROW_WORDS } from './row-layout.js'

/**
 * A walk over the rows of a line number program: `next()` moves to the next row, the properties are what it says (DWARF 5,
 * section 6.2.2, table 6.3). What is asked of each row has ROW and ROW_WORDS as numbers, which V8 reads in no time; see `LineMachine`.
 */
export class LineReader {
  readonly #machine: LineMachine
  readonly #rows: Uint32Array
  /** Where the row begins in the batch, and where the batch ends. */
  #at = -ROW_WORDS
  #end = 0

  /** @internal */
  constructor(machine: LineMachine) {
    this.#machine = machine
    this.#rows = machine.rows
  }

  /**
   * Moves to the next row; false at the end of the program.
   * @throws FormatError behind the last row before an instruction that does not lie within the program, or has an operand that no
   * register can hold
   */
  next(): boolean {
    this.#at += 6
    if (this.#at < this.#end) return true
    const machine = this.#machine
    this.#end = machine.run() * ROW_WORDS
    this.#at = 0
    if (this.#end > 0) return true
    if (machine.fault !== undefined) throw machine.fault
    return false
  }

  #rare(word: number): number {
    const { rare } = this.#machine
    if (rare === undefined || (this.#rows[this.#at + 5]! & HAS_RARE) === 0) return 0
    return rare[(this.#at / ROW_WORDS) * RARE_WORDS + word]!
  }

  /** Upper 32 bits of the address, unsigned. */
  get addressHigh(): number {
    return this.#rows[this.#at + 1]!
  }

  /** Lower 32 bits of the address, unsigned. */
  get addressLow(): number {
    return this.#rows[this.#at]!
  }

  /** Address of the first instruction that the row is about, exact; slower than its two halves. */
  get address(): bigint {
    return joinAddress(this.addressHigh, this.addressLow)
  }

  /** Index of the operation within a VLIW instruction; 0 elsewhere. */
  get operationIndex(): number {
    return this.#rare(RARE.operationIndex)
  }

  /** Index of the file: see `LineTable.file`. */
  get file(): number {
    return this.#rows[this.#at + 2]!
  }

  /** Source line, from 1; 0 where the instruction belongs to none. */
  get line(): number {
    return this.#rows[this.#at + 3]!
  }

  /** Source column, from 1; 0 for the start of the line, or where the producer does not say. */
  get column(): number {
    return this.#rows[this.#at + 4]!
  }

  /** What the five properties below say, as bits of `LINE_FLAG`. */
  get flags(): number {
    return this.#rows[this.#at + 5]! & ~HAS_RARE
  }

  /** Whether the instruction is a good place for a breakpoint on the line. */
  get isStatement(): boolean {
    return (this.flags & LINE_FLAG.isStatement) !== 0
  }

  /** Whether it begins a basic block. */
  get basicBlock(): boolean {
    return (this.flags & LINE_FLAG.basicBlock) !== 0
  }

  /** Whether the address is the first behind a sequence: the row says nothing else. */
  get endSequence(): boolean {
    return (this.flags & LINE_FLAG.endSequence) !== 0
  }

  /** Whether a breakpoint on the entry of the function belongs here. */
  get prologueEnd(): boolean {
    return (this.flags & LINE_FLAG.prologueEnd) !== 0
  }

  /** Whether a breakpoint on the exit of the function belongs here. */
  get epilogueBegin(): boolean {
    return (this.flags & LINE_FLAG.epilogueBegin) !== 0
  }

  /** Instruction set, numbered by the architecture; 0 where there is one only. */
  get isa(): number {
    return this.#rare(RARE.isa)
  }

  /** Tells blocks apart that come from one source position; 0 where nothing needs that. */
  get discriminator(): number {
    return this.#rare(RARE.discriminator)
  }
}
