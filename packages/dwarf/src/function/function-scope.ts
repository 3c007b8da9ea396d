/** The functions that an instruction belongs to, each with the variables that it can see there. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import type { EntryReader } from '../entry-reader.js'
import { type Location, locationOf } from '../location/location.js'
import { rangesHold } from '../range/address-range.js'
import type { TypeTable } from '../types/type-table.js'
import type { FunctionTable } from './function-table.js'
import { LocalVariable } from './local-variable.js'
import { type FunctionContext, type Subprogram, subprogramOf } from './subprogram.js'

/** A function that holds an instruction, or a call that was inlined there. */
export class FunctionScope {
  /** The entry: of an inlined call DW_TAG_inlined_subroutine. */
  readonly entry: Entry
  readonly #table: TypeTable
  readonly #context: FunctionContext

  /** @internal */
  constructor(entry: Entry, table: TypeTable, context: FunctionContext) {
    this.entry = entry
    this.#table = table
    this.#context = context
  }

  /** The function: of an inlined call the one that was inlined. */
  get subprogram(): Subprogram {
    return subprogramOf(this.entry, this.#context)
  }

  /** Name as the linker knows it where that is said, else as the source has it. @throws FormatError as `Subprogram.name` */
  get name(): string | undefined {
    const { subprogram } = this
    return subprogram.linkageName ?? subprogram.name
  }

  /** Whether its code was inlined into that of the scope behind it. */
  get inlined(): boolean {
    return this.entry.tag === DW_TAG.inlined_subroutine
  }

  /** DW_AT_frame_base: where the places of its variables are counted from; undefined where that is not said. */
  get frameBase(): Location | undefined {
    return locationOf(this.entry, DW_AT.frame_base)
  }

  /**
   * Its parameters, and those variables whose lexical blocks hold one of the addresses; in the order of the file. Parameters that were
   * optimized away without a trace are among them, with no location.
   * @param addresses as linked: that of an instruction, and where that is of an inlined call, the place of the call in this function
   * @throws FormatError when an entry below the function is malformed
   */
  variables(...addresses: readonly bigint[]): LocalVariable[] {
    const variables: LocalVariable[] = []
    const { entry } = this
    if (entry.hasChildren) {
      const reader = entry.reader()
      while (reader.next() && reader.depth > 0) this.#add(reader, addresses, variables)
    }
    return [...variables, ...this.#vanished(variables)]
  }

  #add(reader: EntryReader, addresses: readonly bigint[], into: LocalVariable[]): void {
    const { tag } = reader
    if (tag === DW_TAG.lexical_block) {
      const ranges = reader.entry().ranges()
      // One that says nothing of its code is seen wherever the function is.
      if (ranges.length > 0 && !addresses.some((address) => rangesHold(ranges, address))) reader.skipChildren()
      return
    }
    if (tag === DW_TAG.formal_parameter || tag === DW_TAG.variable)
      into.push(new LocalVariable(reader.entry(), reader.depth - 1, this.#table))
    reader.skipChildren()
  }

  /** Parameters of the abstract instance that no entry stands for. */
  #vanished(present: readonly LocalVariable[]): LocalVariable[] {
    const abstract = this.entry.reference(DW_AT.abstract_origin)
    if (abstract === undefined) return []
    const origins = new Set(present.map(({ entry }) => entry.reference(DW_AT.abstract_origin)?.offset))
    return [...abstract.children()]
      .filter(({ tag, offset }) => tag === DW_TAG.formal_parameter && !origins.has(offset))
      .map((entry) => new LocalVariable(entry, 0, this.#table))
  }
}

/** Innermost first: the calls that were inlined, then the function that holds the address; empty where none is described. */
export function functionScopes(
  address: bigint,
  functions: FunctionTable,
  table: TypeTable,
  context: FunctionContext,
): FunctionScope[] {
  const outermost = functions.find(address)
  if (outermost === undefined) return []
  const entries = [outermost, ...functions.inlinedAt(outermost, address)]
  return entries.reverse().map((entry) => new FunctionScope(entry, table, context))
}
