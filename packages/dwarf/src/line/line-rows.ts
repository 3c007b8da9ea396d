/** The rows of a line number program as columns: typed arrays, one element for each row. */
import { joinAddress, type SplitAddress } from '../address.js'
import type { LineMachine } from './line-machine.js'
import { HAS_RARE, LINE_FLAG, RARE, RARE_WORDS, ROW, ROW_WORDS } from './row-layout.js'

/** One row (DWARF 5, section 6.2.2, table 6.3). */
export interface LineRow {
  /** Address of the first instruction that the row is about. */
  readonly address: bigint
  /** Operation within a VLIW instruction; 0 elsewhere. */
  readonly operationIndex: number
  /** Index of the file: see `LineTable.file`. */
  readonly file: number
  /** From 1; 0 where the instructions belong to no line. */
  readonly line: number
  /** From 1; 0 for the start of the line, or where the producer does not say. */
  readonly column: number
  /** Whether it is a good place for a breakpoint on the line. */
  readonly isStatement: boolean
  readonly basicBlock: boolean
  /** Whether `address` is the first behind the sequence: the row says nothing else. */
  readonly endSequence: boolean
  readonly prologueEnd: boolean
  readonly epilogueBegin: boolean
  /** Instruction set, numbered by the architecture. */
  readonly isa: number
  /** Tells blocks apart that come from one source position. */
  readonly discriminator: number
}

/** Rows in the order of the program; rows of one sequence lie together. The columns have `length` elements each. */
export class LineRows {
  readonly length: number
  /** Addresses: upper and lower 32 bits. */
  readonly addressHigh: Uint32Array
  readonly addressLow: Uint32Array
  readonly file: Uint32Array
  readonly line: Uint32Array
  readonly column: Uint32Array
  /** Bits of `LINE_FLAG`. */
  readonly flags: Uint8Array
  /** Undefined where it is 0 in all rows, as are the next two. */
  readonly discriminator: Uint32Array | undefined
  readonly isa: Uint32Array | undefined
  readonly operationIndex: Uint32Array | undefined

  /** @internal */
  constructor(columns: Columns, length: number) {
    this.length = length
    this.addressHigh = columns.addressHigh.subarray(0, length)
    this.addressLow = columns.addressLow.subarray(0, length)
    this.file = columns.file.subarray(0, length)
    this.line = columns.line.subarray(0, length)
    this.column = columns.column.subarray(0, length)
    this.flags = columns.flags.subarray(0, length)
    this.discriminator = columns.discriminator?.subarray(0, length)
    this.isa = columns.isa?.subarray(0, length)
    this.operationIndex = columns.operationIndex?.subarray(0, length)
  }

  /** The address of a row. */
  address(index: number): bigint {
    return joinAddress(this.addressHigh[index]!, this.addressLow[index]!)
  }

  /** A row as an object. @throws RangeError for an index that no row has */
  row(index: number): LineRow {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`no row ${index}: there are ${this.length}`)
    const flags = this.flags[index]!
    return {
      address: this.address(index),
      operationIndex: this.operationIndex?.[index] ?? 0,
      file: this.file[index]!,
      line: this.line[index]!,
      column: this.column[index]!,
      isStatement: (flags & LINE_FLAG.isStatement) !== 0,
      basicBlock: (flags & LINE_FLAG.basicBlock) !== 0,
      endSequence: (flags & LINE_FLAG.endSequence) !== 0,
      prologueEnd: (flags & LINE_FLAG.prologueEnd) !== 0,
      epilogueBegin: (flags & LINE_FLAG.epilogueBegin) !== 0,
      isa: this.isa?.[index] ?? 0,
      discriminator: this.discriminator?.[index] ?? 0,
    }
  }

  /** All rows as objects; the columns are many times faster. */
  *[Symbol.iterator](): Generator<LineRow, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.row(index)
  }

  /** @internal Negative where the row's address is below the given one, 0 where it is the same. */
  compare(index: number, { high, low }: SplitAddress): number {
    return this.addressHigh[index]! - high || this.addressLow[index]! - low
  }
}

interface Columns {
  addressHigh: Uint32Array
  addressLow: Uint32Array
  file: Uint32Array
  line: Uint32Array
  column: Uint32Array
  flags: Uint8Array
  discriminator: Uint32Array | undefined
  isa: Uint32Array | undefined
  operationIndex: Uint32Array | undefined
}

function allocate(capacity: number): Columns {
  return {
    addressHigh: new Uint32Array(capacity),
    addressLow: new Uint32Array(capacity),
    file: new Uint32Array(capacity),
    line: new Uint32Array(capacity),
    column: new Uint32Array(capacity),
    flags: new Uint8Array(capacity),
    discriminator: undefined,
    isa: undefined,
    operationIndex: undefined,
  }
}

function grow(columns: Columns, capacity: number): Columns {
  const copy = <Column extends Uint32Array | Uint8Array>(from: Column | undefined, to: Column): Column => {
    if (from !== undefined) to.set(from)
    return to
  }
  return {
    addressHigh: copy(columns.addressHigh, new Uint32Array(capacity)),
    addressLow: copy(columns.addressLow, new Uint32Array(capacity)),
    file: copy(columns.file, new Uint32Array(capacity)),
    line: copy(columns.line, new Uint32Array(capacity)),
    column: copy(columns.column, new Uint32Array(capacity)),
    flags: copy(columns.flags, new Uint8Array(capacity)),
    discriminator: columns.discriminator && copy(columns.discriminator, new Uint32Array(capacity)),
    isa: columns.isa && copy(columns.isa, new Uint32Array(capacity)),
    operationIndex: columns.operationIndex && copy(columns.operationIndex, new Uint32Array(capacity)),
  }
}

/**
 * Collects all rows that a machine makes; of a program that is malformed those before the fault.
 * @param programLength bytes of the program: a row takes one at least, and mostly more than three
 */
export function collectRows(machine: LineMachine, programLength: number): LineRows {
  let capacity = 16 + Math.floor(programLength / 3)
  let columns = allocate(capacity)
  let length = 0
  const { rows } = machine
  for (let count = machine.run(); count > 0; count = machine.run()) {
    if (length + count > capacity) {
      capacity = Math.max(capacity * 2, length + count)
      columns = grow(columns, capacity)
    }
    if (addBatch(columns, length, rows, count)) addRare(columns, length, capacity, machine, count)
    length += count
  }
  return new LineRows(columns, length)
}

/** @returns whether any of the rows has more than these words */
function addBatch(columns: Columns, start: number, rows: Uint32Array, count: number): boolean {
  const { addressLow, addressHigh, file, line, column, flags } = columns
  let all = 0
  for (let index = start, word = 0; index < start + count; index++, word += ROW_WORDS) {
    addressLow[index] = rows[word + ROW.addressLow]!
    addressHigh[index] = rows[word + ROW.addressHigh]!
    file[index] = rows[word + ROW.file]!
    line[index] = rows[word + ROW.line]!
    column[index] = rows[word + ROW.column]!
    const bits = rows[word + ROW.flags]!
    flags[index] = bits & ~HAS_RARE
    all |= bits
  }
  return (all & HAS_RARE) !== 0
}

function addRare(columns: Columns, start: number, capacity: number, machine: LineMachine, count: number): void {
  const { rows, rare } = machine
  if (rare === undefined) return
  for (let index = 0; index < count; index++) {
    if ((rows[index * ROW_WORDS + ROW.flags]! & HAS_RARE) === 0) continue
    const word = index * RARE_WORDS
    const at = start + index
    // Columns that are not made before a value is not 0.
    const discriminator = rare[word + RARE.discriminator]!
    if (discriminator !== 0) {
      columns.discriminator ??= new Uint32Array(capacity)
      columns.discriminator[at] = discriminator
    }
    const isa = rare[word + RARE.isa]!
    if (isa !== 0) {
      columns.isa ??= new Uint32Array(capacity)
      columns.isa[at] = isa
    }
    const operationIndex = rare[word + RARE.operationIndex]!
    if (operationIndex !== 0) {
      columns.operationIndex ??= new Uint32Array(capacity)
      columns.operationIndex[at] = operationIndex
    }
  }
}
