/**
 * The descriptors that Go's runtime has of types (internal/abi/type.go; until Go 1.20 in runtime/type.go), for those that the debug
 * data have not: types that only the initial value of an interface is of.
 */
import { decodeUtf8, type MemoryReader, readExactly, readPointers } from '@gospy/bytes'
import { type Dwarf, type Type, Value, ValueError } from '@gospy/dwarf'
import { type GoKind, goKindOfNumber } from './go-kind.js'

/** A type as its descriptor has it. */
export interface DescribedType {
  readonly kind: GoKind
  /** As package reflect writes it: with the last part of its package's path. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Of pointers, slices, arrays, channels and maps: the descriptor of what they lead to or hold. */
  readonly element?: number
  /** Of maps: the descriptor of their keys. */
  readonly key?: number
  /** Of channels: whether one may receive (1), send (2), or both (3). */
  readonly direction?: number
  /** Of arrays. */
  readonly length?: number
  /** Of structs. */
  readonly fields?: readonly DescribedField[]
  /** Of interfaces: without methods, whose first word is the descriptor itself. */
  readonly isEmpty?: boolean
}

export interface DescribedField {
  readonly name: string
  readonly descriptor: number
  readonly offset: number
}

/** The names that structs and their fields have had, the newest first. */
const STRUCTS = {
  type: ['internal/abi.Type', 'runtime._type'],
  uncommon: ['internal/abi.UncommonType', 'runtime.uncommontype'],
  /** What descriptors of maps are altogether: they had more fields with time. */
  map: ['internal/abi.MapType', 'internal/abi.SwissMapType', 'internal/abi.OldMapType', 'runtime.maptype'],
  field: ['internal/abi.StructField', 'runtime.structfield'],
} as const

const FIELDS = {
  size: ['Size_', 'size'],
  kind: ['Kind_', 'kind'],
  flags: ['TFlag', 'tflag'],
  name: ['Str', 'str'],
  fieldName: ['Name', 'name'],
  fieldType: ['Typ', 'typ'],
  nameBytes: ['Bytes', 'bytes'],
  packagePath: ['PkgPath', 'pkgPath', 'pkgpath'],
} as const

/** Until Go 1.6: the name as a pointer to a string, and the uncommontype as a pointer, nil for types without a name. */
const OLD_NAME = '_string'
const OLD_UNCOMMON = 'x'

/** Where a field lies in its struct; until Go 1.18 with a bit below that says whether it is embedded. */
const OFFSETS: readonly { readonly name: string; readonly shift: number }[] = [
  { name: 'Offset', shift: 0 },
  { name: 'offset', shift: 0 },
  { name: 'offsetEmbed', shift: 1 },
  { name: 'offsetAnon', shift: 1 },
]

/** Of a structfield of Go 1.5 and 1.6, which the debug data have not always: bytes, and its words. */
const OLD_FIELD = { size: 40, name: 0, type: 2, offset: 4 } as const

/** Words behind the common part of a descriptor, by its kind, that an uncommontype comes after; of maps, what their struct tells. */
const WORDS_BEHIND: Partial<Record<GoKind, number>> = {
  pointer: 1,
  slice: 1,
  chan: 2,
  array: 3,
  func: 1,
  struct: 4,
  interface: 4,
}

/** Of the kind, the bits that are not flags of the garbage collector (until Go 1.25). */
const KIND_MASK = 0x1f

/** tflag: an uncommontype follows (internal/abi/type.go, TFlagUncommon). */
const UNCOMMON = 1

/** tflag: the name has a star in front that is not the type's (internal/abi/type.go, TFlagExtraStar). */
const EXTRA_STAR = 2

/** tflag: it has a name of its own (TFlagNamed). */
const NAMED = 4

/** reflect.ChanDir. */
export const CHANNELS: ReadonlyMap<number, string> = new Map([
  [1, '<-chan '],
  [2, 'chan<- '],
  [3, 'chan '],
])

/** Types of types of …: more is damage. */
const MAX_NESTING = 32

/** Longest name and most fields that are taken for true. */
const MAX_NAME = 4096
const MAX_FIELDS = 4096

/** How the length of a name is written (runtime/type.go, name.data): since Go 1.17 as a varint. */
export type NameLength = 'varint' | 'two bytes'

export class TypeDescriptors {
  readonly #memory: MemoryReader
  readonly #dwarf: Dwarf
  /** Of `runtime.types`, from which names are counted; undefined until Go 1.6, where names are pointed to. */
  readonly #start: number | undefined
  readonly #nameLength: NameLength
  readonly #known = new Map<number, DescribedType>()

  constructor(memory: MemoryReader, dwarf: Dwarf, start: number | undefined, nameLength: NameLength) {
    this.#memory = memory
    this.#dwarf = dwarf
    this.#start = start
    this.#nameLength = nameLength
  }

  /** @throws ValueError, UnreadableMemoryError, NameNotFoundError where there is no descriptor */
  at(address: number): DescribedType {
    let known = this.#known.get(address)
    if (known === undefined) {
      known = this.#read(address)
      this.#known.set(address, known)
    }
    return known
  }

  /** Whether values of the type are one pointer, which interfaces hold itself (cmd/compile, types.IsDirectIface). */
  isPointerShaped(address: number, depth = 32): boolean {
    const { kind, element, length, fields } = this.at(address)
    if (['pointer', 'map', 'chan', 'func', 'unsafe.Pointer'].includes(kind)) return true
    if (depth === 0) return false
    if (kind === 'array' && length === 1) return this.isPointerShaped(element!, depth - 1)
    return kind === 'struct' && fields?.length === 1 && this.isPointerShaped(fields[0]!.descriptor, depth - 1)
  }

  /**
   * The path of the package of a type that has a name and is not one of the language's own.
   * @throws as `at`
   */
  packagePath(address: number): string | undefined {
    const type = this.#view('type', address)
    if (has(type, OLD_NAME)) {
      const pointer = type.field(OLD_UNCOMMON)
      if (pointer.integer() === 0) return undefined
      const uncommon = pointer.deref()
      // Types without a name may have methods, of fields that they embed.
      const [name, path] = [uncommon.field('name').number(), uncommon.field('pkgpath').number()]
      return name === 0 || path === 0 ? undefined : this.#textAt(path)
    }
    const flags = part(type, FIELDS.flags).number()
    if ((flags & UNCOMMON) === 0 || (flags & NAMED) === 0) return undefined
    const { kind } = this.at(address)
    if (this.#typeOf('uncommon') === undefined || (kind === 'map' && this.#typeOf('map') === undefined))
      return undefined
    const behind = kind === 'map' ? this.#view('map', address).size : type.size + 8 * (WORDS_BEHIND[kind] ?? 0)
    const offset = part(this.#view('uncommon', address + behind), FIELDS.packagePath).number()
    return offset === 0 ? undefined : this.#nameBehind(offset)
  }

  /**
   * A type's name with the whole paths of packages; where only their last parts are known, as `at` has it.
   * @throws as `at`
   */
  fullName(address: number): string {
    return this.wholeName(address) ?? this.at(address).name
  }

  /**
   * As `fullName`, but undefined for a name that may mean several types.
   * @throws as `at`
   */
  wholeName(address: number, nesting = MAX_NESTING): string | undefined {
    if (nesting === 0) return undefined
    const { kind, name, element, key, length, direction } = this.at(address)
    const path = this.packagePath(address)
    // Type arguments have whole paths in any case.
    const own = name.replace(/\[.*$/s, '')
    if (path !== undefined) return `${escaped(path)}${name.slice(own.lastIndexOf('.'))}`
    // A name of its own, and nothing tells whose.
    if (own.includes('.') && !/^[*<(]|^(chan|func|struct|interface)\b/.test(own)) return undefined
    const made = (prefix: string, of: number | undefined = element) => {
      const inner = of === undefined ? undefined : this.wholeName(of, nesting - 1)
      return inner && prefix + inner
    }
    switch (kind) {
      case 'pointer':
        return made('*')
      case 'slice':
        return made('[]')
      case 'array':
        return made(`[${length}]`)
      case 'chan':
        return made(CHANNELS.get(direction ?? 0) ?? '')
      case 'map': {
        const keyName = made('', key)
        return keyName && made(`map[${keyName}]`)
      }
      default:
        // The language's own; of others, whose names have names of other packages in them, only the last part of their paths is known.
        return name.includes('.') && name !== 'unsafe.Pointer' ? undefined : name
    }
  }

  #read(address: number): DescribedType {
    const type = this.#view('type', address)
    const kind = goKindOfNumber(part(type, FIELDS.kind).number() & KIND_MASK)
    const isOld = has(type, OLD_NAME)
    const common = {
      kind,
      name: isOld ? this.#textAt(type.field(OLD_NAME).number()) : this.#name(type),
      size: part(type, FIELDS.size).number(),
    }
    // What descriptors of a kind go on with is the same in all versions, but for a package's path (struct and interface, Go 1.7).
    const behind = address + type.size
    const word = (index: number) => this.#word(behind + 8 * index)
    const list = isOld ? 0 : 1
    switch (kind) {
      case 'pointer':
      case 'slice':
        return { ...common, element: word(0) }
      case 'chan':
        return { ...common, element: word(0), direction: word(1) }
      case 'array':
        return { ...common, element: word(0), length: word(2) }
      case 'map':
        return { ...common, key: word(0), element: word(1) }
      case 'struct':
        return { ...common, fields: this.#fields(word(list), word(list + 1), isOld) }
      case 'interface':
        return { ...common, isEmpty: word(list + 1) === 0 }
      default:
        return common
    }
  }

  #view(what: keyof typeof STRUCTS, address: number): Value {
    const type = this.#typeOf(what)
    if (type === undefined) throw new ValueError(`the debug data do not describe ${STRUCTS[what][0]}`)
    return Value.at(type, this.#memory, address)
  }

  #typeOf(what: keyof typeof STRUCTS): Type | undefined {
    let type: Type | undefined
    for (const name of STRUCTS[what]) type ??= this.#dwarf.findType(name)
    return type
  }

  #word(address: number): number {
    return readPointers(this.#memory, address, 1)[0]!
  }

  #name(type: Value): string {
    const text = this.#nameBehind(part(type, FIELDS.name).number())
    const hasStar = (part(type, FIELDS.flags).number() & EXTRA_STAR) !== 0
    return hasStar ? text.slice(1) : text
  }

  /** A name by its offset. */
  #nameBehind(offset: number): string {
    if (this.#start === undefined) throw new ValueError('is of a type whose name cannot be found')
    return this.#nameAt(this.#start + offset)
  }

  /** A string that is pointed to. */
  #textAt(address: number): string {
    const [start, length] = readPointers(this.#memory, address, 2)
    if (!(length! <= MAX_NAME)) throw new ValueError(`a type's name of ${length} bytes at 0x${address.toString(16)}`)
    return decodeUtf8(readExactly(this.#memory, start!, length!), 0, length!)
  }

  /** A byte of flags, the length, the name. */
  #nameAt(address: number): string {
    const head = readExactly(this.#memory, address, 3)
    const isLong = (head[1]! & 0x80) !== 0
    const length =
      this.#nameLength === 'two bytes'
        ? head[1]! * 256 + head[2]!
        : isLong
          ? (head[1]! & 0x7f) + (head[2]! & 0x7f) * 128
          : head[1]!
    if (length > MAX_NAME) throw new ValueError(`a type's name of ${length} bytes at 0x${address.toString(16)}`)
    const start = address + (this.#nameLength === 'varint' && !isLong ? 2 : 3)
    return decodeUtf8(readExactly(this.#memory, start, length), 0, length)
  }

  #fields(array: number, length: number, isOld: boolean): DescribedField[] {
    if (!(length <= MAX_FIELDS)) throw new ValueError(`a struct of ${length} fields`)
    if (isOld) return Array.from({ length }, (_, index) => this.#oldField(array + index * OLD_FIELD.size))
    const { size } = this.#view('field', array)
    return Array.from({ length }, (_, index) => {
      const field = this.#view('field', array + index * size)
      const offset = OFFSETS.find(({ name }) => has(field, name)) ?? field.fail('has no offset')
      const name = part(part(field, FIELDS.fieldName), FIELDS.nameBytes).number()
      return {
        name: this.#nameAt(name),
        descriptor: part(field, FIELDS.fieldType).number(),
        offset: field.field(offset.name).number() >>> offset.shift,
      }
    })
  }

  #oldField(address: number): DescribedField {
    const words = readPointers(this.#memory, address, OLD_FIELD.size / 8)
    const [name, descriptor] = [words[OLD_FIELD.name]!, words[OLD_FIELD.type]!]
    // An embedded field has none: its type's is shown, without its package and what points to it.
    const shown = name === 0 ? this.at(descriptor).name.replace(/^\*?(.*\.)?/, '') : this.#textAt(name)
    return { name: shown, descriptor, offset: words[OLD_FIELD.offset]! }
  }
}

/** As the linker writes paths: dots in their last part are no ends of package names (cmd/internal/objabi, PathToPrefix). */
function escaped(path: string): string {
  const last = path.lastIndexOf('/') + 1
  return path.slice(0, last) + path.slice(last).replaceAll('.', '%2e')
}

/** The field that is there of several that it may be. */
function part(value: Value, names: readonly string[]): Value {
  return value.field(names.find((name) => has(value, name)) ?? names[0]!)
}

function has(value: Value, name: string): boolean {
  return value.fields().some((field) => field.name === name)
}
