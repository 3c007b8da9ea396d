/**
 * From descriptors of types to the debug data until Go 1.10, which do not say where a type's descriptor lies: by the type's name
 * with the whole paths of packages, which the descriptors have in pieces.
 */
import type { Dwarf, Type } from '@gospy/dwarf'
import type { TypeDescriptors } from './type-descriptors.js'

/** Types of types of …: more is damage. */
const MAX_NESTING = 32

/** reflect.ChanDir. */
const CHANNELS: ReadonlyMap<number, string> = new Map([
  [1, '<-chan '],
  [2, 'chan<- '],
  [3, 'chan '],
])

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
      const name = this.#nameOf(descriptor, MAX_NESTING)
      this.#known.set(descriptor, name === undefined ? undefined : this.#dwarf.findType(name))
    }
    return this.#known.get(descriptor)
  }

  #nameOf(descriptor: number, nesting: number): string | undefined {
    if (nesting === 0) return undefined
    const type = this.#descriptors.at(descriptor)
    const { kind, name, element } = type
    const packagePath = this.#descriptors.packagePath(descriptor)
    if (packagePath !== undefined) return `${escaped(packagePath)}${name.slice(name.lastIndexOf('.'))}`
    const made = (prefix: string, of: number | undefined = element) => {
      const inner = of === undefined ? undefined : this.#nameOf(of, nesting - 1)
      return inner && prefix + inner
    }
    switch (kind) {
      case 'pointer':
        return made('*')
      case 'slice':
        return made('[]')
      case 'array':
        return made(`[${type.length}]`)
      case 'chan':
        return made(CHANNELS.get(type.direction ?? 0) ?? '')
      case 'map': {
        const key = made('', type.key)
        return key && made(`map[${key}]`)
      }
      default:
        // The language's own; of others, whose names have names of other packages in them, only the last part of their paths is known.
        return name.includes('.') && name !== 'unsafe.Pointer' ? undefined : name
    }
  }
}

/** As the linker writes paths: dots in their last part are no ends of package names (cmd/internal/objabi, PathToPrefix). */
function escaped(path: string): string {
  const last = path.lastIndexOf('/') + 1
  return path.slice(0, last) + path.slice(last).replaceAll('.', '%2e')
}
