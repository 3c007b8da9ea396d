/** The calls that were inlined into one function (DW_TAG_inlined_subroutine; DWARF 5, section 3.3.8.2), as a tree laid flat. */
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { type AddressRange, rangesHold } from '../range/address-range.js'
import { entryRanges } from '../range/entry-ranges.js'

interface InlinedCall {
  readonly entry: Entry
  readonly ranges: readonly AddressRange[]
  /** Index of the first call behind it that is not inside of it. */
  end: number
}

export class InlineTree {
  /** Each call is followed by those inside of it. */
  readonly #calls: InlinedCall[] = []

  /** @throws FormatError when something below the function is malformed */
  constructor(subprogram: Entry) {
    if (!subprogram.hasChildren) return
    const open: { depth: number; call: InlinedCall }[] = []
    const close = (depth: number) => {
      while (open.length > 0 && open[open.length - 1]!.depth >= depth) open.pop()!.call.end = this.#calls.length
    }
    const reader = subprogram.reader()
    while (reader.next() && reader.depth > 0) {
      const { tag, depth } = reader
      close(depth)
      if (tag === DW_TAG.inlined_subroutine) {
        const entry = reader.entry()
        const call = { entry, ranges: [...entryRanges(entry)], end: 0 }
        this.#calls.push(call)
        open.push({ depth, call })
      } else if (!BLOCKS.has(tag)) {
        // Types, variables, calls; and functions of their own.
        reader.skipChildren()
      }
    }
    close(0)
  }

  /**
   * Entries of the calls whose code holds the address, outermost first. Those that cannot say where all of their code is (DWARF 2
   * has no words for several ranges) have the addresses of the calls inside of them, too.
   */
  find(address: bigint): Entry[] {
    const found: Entry[] = []
    const silent: InlinedCall[] = []
    let end = this.#calls.length
    for (let index = 0; index < end; ) {
      while (silent.length > 0 && silent[silent.length - 1]!.end <= index) silent.pop()
      const call = this.#calls[index]!
      if (rangesHold(call.ranges, address)) {
        for (const outer of silent.splice(0)) found.push(outer.entry)
        found.push(call.entry)
        end = call.end
        index++
      } else if (call.ranges.length === 0 || call.entry.unit.version <= 2) {
        silent.push(call)
        index++
      } else {
        index = call.end
      }
    }
    return found
  }
}

/** What may have inlined calls below it; their own ranges add nothing to those of the calls. */
const BLOCKS: ReadonlySet<number> = new Set([
  DW_TAG.lexical_block,
  DW_TAG.try_block,
  DW_TAG.catch_block,
  DW_TAG.with_stmt,
])
