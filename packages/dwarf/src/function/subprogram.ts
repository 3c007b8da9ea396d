/** Functions: DW_TAG_subprogram with what it completes (DWARF 5, section 3.3). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Attribute, Entry } from '../entry.js'
import type { SourceFile } from '../line/source-file.js'
import { attributeOfOrigins, linkageNameOf, stringOfOrigins } from '../origin.js'
import type { AddressRange } from '../range/address-range.js'
import { entryRanges } from '../range/entry-ranges.js'
import type { Unit } from '../unit.js'
import { type CallSite, readCallSite } from './call-site.js'

/** What functions need of the file that they are in. */
export interface FunctionContext {
  /** The file of that number in the unit's line table. */
  fileOf(unit: Unit, index: number): SourceFile | undefined
}

/** A place in the sources. */
export interface SourceLocation {
  /** Undefined where the producer does not say, or the line table cannot tell. */
  readonly file: string | undefined
  /** From 1; undefined where the producer does not say. */
  readonly line: number | undefined
  readonly column: number | undefined
}

/** A function: one that has code of its own, or one that was inlined only. */
export class Subprogram {
  /** The entry that describes the code; of an inlined call, the function that was inlined. */
  readonly entry: Entry
  readonly #context: FunctionContext

  /** @internal */
  constructor(entry: Entry, context: FunctionContext) {
    this.entry = entry
    this.#context = context
  }

  /**
   * DW_AT_name, as the source has it: without scopes and parameters in C++, whole in Go (`main.main`).
   * @throws FormatError for references in a circle or to no entry, here and below
   */
  get name(): string | undefined {
    return stringOfOrigins(this.entry, DW_AT.name)
  }

  /** The name that the linker knows, mangled in C++ and Rust: DW_AT_linkage_name where it differs from the name. */
  get linkageName(): string | undefined {
    return linkageNameOf(this.entry)
  }

  /** Whether other units can see it. */
  get isExternal(): boolean {
    return attributeOfOrigins(this.entry, DW_AT.external)?.value === true
  }

  /** The addresses of its code, in the order of the file; more than one where the compiler split it; none where it has none. */
  get ranges(): AddressRange[] {
    return [...entryRanges(this.entry)]
  }

  /** Address of its entry, as linked: DW_AT_entry_pc, else DW_AT_low_pc, else the first of its ranges (DWARF 5, section 2.18). */
  get address(): bigint | undefined {
    const { entry } = this
    const low = entry.attribute(DW_AT.ranges) === undefined ? entry.address(DW_AT.low_pc) : undefined
    const base = low ?? entryRanges(entry).next().value?.low
    const offset = entry.integer(DW_AT.entry_pc)
    if (offset !== undefined && base !== undefined) return base + BigInt(offset)
    return entry.address(DW_AT.entry_pc) ?? base
  }

  /** Where it is declared: DW_AT_decl_file, decl_line and decl_column, each of the entry or of what it completes. */
  get declaration(): SourceLocation {
    return sourceLocation(
      this.#context,
      attributeOfOrigins(this.entry, DW_AT.decl_file),
      attributeOfOrigins(this.entry, DW_AT.decl_line),
      attributeOfOrigins(this.entry, DW_AT.decl_column),
    )
  }

  /**
   * The calls that it makes, as far as the compiler describes them (DW_TAG_call_site, GNU's before DWARF 5), those in code that
   * was inlined into it included; in the order of the file.
   */
  *callSites(): Generator<CallSite, void, undefined> {
    const reader = this.entry.reader()
    while (reader.next() && reader.depth > 0) {
      const { tag } = reader
      if (tag === DW_TAG.call_site || tag === DW_TAG.GNU_call_site) yield readCallSite(reader.entry(), this.#context)
      // A function inside of a function has its own.
      else if (tag === DW_TAG.subprogram) reader.skipChildren()
    }
  }

  toString(): string {
    return this.name ?? this.linkageName ?? '?'
  }
}

/** The function that the code of an entry comes from: of an inlined call the one that was inlined. */
export function subprogramOf(entry: Entry, context: FunctionContext): Subprogram {
  const inlined = entry.tag === DW_TAG.inlined_subroutine ? entry.reference(DW_AT.abstract_origin) : undefined
  return new Subprogram(inlined ?? entry, context)
}

/** File, line and column of three attributes, of which each may be missing. Line or column 0 says that there is none. */
export function sourceLocation(
  context: FunctionContext,
  file: Attribute | undefined,
  line: Attribute | undefined,
  column: Attribute | undefined,
): SourceLocation {
  const index = positive(file, 0)
  return {
    file: file === undefined || index === undefined ? undefined : context.fileOf(file.unit, index)?.path,
    line: positive(line, 1),
    column: positive(column, 1),
  }
}

function positive(attribute: Attribute | undefined, least: number): number | undefined {
  const value = attribute?.class === 'constant' ? attribute.value : undefined
  return typeof value === 'number' && value >= least ? value : undefined
}
