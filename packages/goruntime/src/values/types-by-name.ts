/**
 * From descriptors of types to the debug data until Go 1.10, which do not say where a type's descriptor lies: by the type's name
 * with the whole paths of packages, which the descriptors have in pieces.
 */
import type { Dwarf, Type } from '@gospy/dwarf'
import type { TypeDescriptors } from './type-descriptors.js'

export class TypesByName {
  readonly #dwarf: Dwarf
  readonly #descriptors: TypeDescriptors
  readonly #known = new Map<number, Type | undefined>()

  constructor(dwarf: Dwarf, descriptors: TypeDescriptors) {
    this.#dwarf = dwarf
    this.#descriptors = descriptors
  }

  /**
   * The type whose descriptor lies at an address; undefined for one that the debug data have not, or whose name may mean several.
   * @throws ValueError, UnreadableMemoryError, NameNotFoundError where there is no descriptor
   */
  at(descriptor: number): Type | undefined {
    if (!this.#known.has(descriptor)) {
      const name = this.#descriptors.wholeName(descriptor)
      this.#known.set(descriptor, name === undefined ? undefined : this.#dwarf.findType(name))
    }
    return this.#known.get(descriptor)
  }
}
