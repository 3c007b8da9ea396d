/** From the descriptors that Go's runtime has of types to the types themselves: what an interface holds. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_LANG } from '../constants/values.js'
import type { Dwarf } from '../dwarf.js'
import type { Type } from '../types/type.js'
import { isTypeTag } from '../types/type-table.js'

/**
 * The types of a Go program by their descriptors. The first question walks over the program's units once, which takes as long
 * as listing all types does.
 */
export class GoRuntimeTypes {
  readonly #dwarf: Dwarf
  readonly #start: number
  #offsets: Map<number, number> | undefined

  /**
   * @param start address of `runtime.types` in the process, load bias included: `runtime.firstmoduledata.types` holds it
   */
  constructor(dwarf: Dwarf, start: number) {
    this.#dwarf = dwarf
    this.#start = start
  }

  /**
   * The type whose descriptor (`*_type`) lies at an address; undefined for one that the debugging information has not, as
   * those that the program makes by reflection.
   * @throws FormatError when a unit cannot be read
   */
  at(descriptor: number): Type | undefined {
    this.#offsets ??= this.#index()
    const offset = this.#offsets.get(descriptor - this.#start)
    return offset === undefined ? undefined : this.#dwarf.typeOf(this.#dwarf.entry(offset))
  }

  #index(): Map<number, number> {
    const offsets = new Map<number, number>()
    for (const unit of this.#dwarf.units()) {
      if (unit.language !== DW_LANG.Go || unit.section !== '.debug_info') continue
      const reader = unit.reader()
      if (!reader.next()) continue
      while (reader.next()) {
        if (isTypeTag(reader.tag) && reader.find(DW_AT.go_runtime_type)) {
          const offset = reader.entry().address(DW_AT.go_runtime_type)
          if (offset !== undefined && offset !== 0n) offsets.set(Number(offset), reader.offset)
        }
        reader.skipChildren()
      }
    }
    return offsets
  }
}
