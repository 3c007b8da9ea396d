/** Kinds of Go types by name. */
import { DW_GO_KIND, type Type } from '@gospy/dwarf'

/** As package reflect names them, but `pointer`; `other` for what is not Go's, as C's types in a program with C parts. */
export type GoKind = Exclude<keyof typeof DW_GO_KIND, 'unsafePointer'> | 'unsafe.Pointer' | 'other'

const NAMES: ReadonlyMap<number, GoKind> = new Map(
  Object.entries(DW_GO_KIND).map(([name, kind]) => [
    kind,
    name === 'unsafePointer' ? 'unsafe.Pointer' : (name as GoKind),
  ]),
)

/** The kind of that number in reflect.Kind. */
export function goKindOfNumber(kind: number): GoKind {
  return NAMES.get(kind) ?? 'other'
}

/** The kind of a type. */
export function goKindOf(type: Type): GoKind {
  const kind = type.goKind ?? type.resolve()?.goKind
  // The linker makes this type itself, and without a kind.
  if (kind === undefined && type.name === 'unsafe.Pointer') return 'unsafe.Pointer'
  // Until Go 1.11 also types of pointers that the program itself does not name.
  if (kind === undefined && type.resolve()?.kind === 'pointer') return 'pointer'
  return goKindOfNumber(kind ?? 0)
}
