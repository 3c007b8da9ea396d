/**
 * The descriptors that Go's runtime has of types (internal/abi/type.go; until Go 1.20 in runtime/type.go), for those that the debug
 * data have not: types that only the initial value of an interface is of.
 */
import { decodeUtf8, readExactly } from '@gospy/bytes'
import { type Type, type Value, ValueError } from '@gospy/dwarf'
import { type GoKind, goKindOfNumber } from './go-kind.js'
import { type ValueSpace, valueAt } from './value-space.js'

/** A type as its descriptor has it. */
export interface DescribedType {
  readonly kind: GoKind
  /** As package reflect writes it: with the last part of its package's path. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Of pointers, slices and arrays: the descriptor of what they lead to or hold. */
  readonly element?: number
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
  pointer: ['internal/abi.PtrType', 'runtime.ptrtype'],
  slice: ['internal/abi.SliceType', 'runtime.slicetype'],
  array: ['internal/abi.ArrayType', 'runtime.arraytype'],
  struct: ['internal/abi.StructType', 'runtime.structtype'],
  interface: ['internal/abi.InterfaceType', 'runtime.interfacetype'],
} as const

const FIELDS = {
  size: ['Size_', 'size'],
  kind: ['Kind_', 'kind'],
  flags: ['TFlag', 'tflag'],
  name: ['Str', 'str'],
  element: ['Elem', 'elem'],
  length: ['Len', 'len'],
  fields: ['Fields', 'fields'],
  methods: ['Methods', 'mhdr'],
  fieldName: ['Name', 'name'],
  fieldType: ['Typ', 'typ'],
  nameBytes: ['Bytes', 'bytes'],
} as const

/** Where a field lies in its struct; until Go 1.18 with a bit below that says whether it is embedded. */
const OFFSETS: readonly { readonly name: string; readonly shift: number }[] = [
  { name: 'Offset', shift: 0 },
  { name: 'offset', shift: 0 },
  { name: 'offsetEmbed', shift: 1 },
  { name: 'offsetAnon', shift: 1 },
]

/** Of the kind, the bits that are not flags of the garbage collector (until Go 1.25). */
const KIND_MASK = 0x1f

/** tflag: the name has a star in front that is not the type's (internal/abi/type.go, TFlagExtraStar). */
const EXTRA_STAR = 2

/** Longest name and most fields that are taken for true. */
const MAX_NAME = 4096
const MAX_FIELDS = 4096

/** How the length of a name is written (runtime/type.go, name.data): since Go 1.17 as a varint. */
export type NameLength = 'varint' | 'two bytes'

export class TypeDescriptors {
  readonly #space: ValueSpace
  /** Of `runtime.types`, from which names are counted. */
  readonly #start: number
  readonly #nameLength: NameLength
  readonly #known = new Map<number, DescribedType>()

  constructor(space: ValueSpace, start: number, nameLength: NameLength) {
    this.#space = space
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

  #read(address: number): DescribedType {
    const type = this.#view('type', address)
    const kind = goKindOfNumber(part(type, FIELDS.kind).number() & KIND_MASK)
    const common = { kind, name: this.#name(type), size: part(type, FIELDS.size).number() }
    switch (kind) {
      case 'pointer':
      case 'slice':
        return { ...common, element: part(this.#view(kind, address), FIELDS.element).number() }
      case 'array': {
        const array = this.#view(kind, address)
        return {
          ...common,
          element: part(array, FIELDS.element).number(),
          length: part(array, FIELDS.length).number(),
        }
      }
      case 'struct':
        return { ...common, fields: this.#fields(part(this.#view(kind, address), FIELDS.fields)) }
      case 'interface':
        return { ...common, isEmpty: part(this.#view(kind, address), FIELDS.methods).length === 0 }
      default:
        return common
    }
  }

  #view(what: keyof typeof STRUCTS, address: number): Value {
    let type: Type | undefined
    for (const name of STRUCTS[what]) type ??= this.#space.dwarf.findType(name)
    if (type === undefined) throw new ValueError(`the debug data do not describe ${STRUCTS[what][0]}`)
    return valueAt(this.#space, type, address)
  }

  #name(type: Value): string {
    const text = this.#nameAt(this.#start + part(type, FIELDS.name).number())
    const hasStar = (part(type, FIELDS.flags).number() & EXTRA_STAR) !== 0
    return hasStar ? text.slice(1) : text
  }

  /** A byte of flags, the length, the name. */
  #nameAt(address: number): string {
    const head = readExactly(this.#space.memory, address, 3)
    const isLong = (head[1]! & 0x80) !== 0
    const length =
      this.#nameLength === 'two bytes'
        ? head[1]! * 256 + head[2]!
        : isLong
          ? (head[1]! & 0x7f) + (head[2]! & 0x7f) * 128
          : head[1]!
    if (length > MAX_NAME) throw new ValueError(`a type's name of ${length} bytes at 0x${address.toString(16)}`)
    const start = address + (this.#nameLength === 'varint' && !isLong ? 2 : 3)
    return decodeUtf8(readExactly(this.#space.memory, start, length), 0, length)
  }

  #fields(list: Value): DescribedField[] {
    if ((list.length ?? 0) > MAX_FIELDS) list.fail(`has ${list.length} fields`)
    return [...list.items()].map((field) => {
      const offset = OFFSETS.find(({ name }) => has(field, name)) ?? field.fail('has no offset')
      const name = part(part(field, FIELDS.fieldName), FIELDS.nameBytes).number()
      return {
        name: this.#nameAt(name),
        descriptor: part(field, FIELDS.fieldType).number(),
        offset: field.field(offset.name).number() >>> offset.shift,
      }
    })
  }
}

/** The field that is there of several that it may be. */
function part(value: Value, names: readonly string[]): Value {
  return value.field(names.find((name) => has(value, name)) ?? names[0]!)
}

function has(value: Value, name: string): boolean {
  return value.fields().some((field) => field.name === name)
}
