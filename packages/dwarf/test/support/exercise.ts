/** Calls everything there is on one file; only the two errors that the package throws may come out of it. */
import { FormatError } from '@gospy/bytes'
import { type Dwarf, layoutDifference, NameNotFoundError, StructType, type Type, type Unit } from '@gospy/dwarf'

export const NAMES: readonly string[] = [
  'everything',
  'struct node',
  'point_t',
  'homonym',
  'opaque',
  'counter',
  'per_thread',
  'outer::Shape',
  'outer::Bottom',
  'outer::Shape::instances',
  'outer::Box<long,3>',
  'runtime.g',
  'runtime.allgs',
  'main.Embedded',
  'int',
  'nosuch',
]
const PATHS = [
  'nested.at.y',
  'flags.wide',
  'crossing',
  'matrix[1][2]',
  'points[4].y',
  'sched.sp',
  'base_member',
  'Value',
]

/** What is said of well-formed data too: most entries are no types, and virtual base classes have no fixed offset. */
const EXPECTED = /this is no type|computed at run time/

/** How many of the calls gave something, and how many each of the two errors. */
export interface Outcome {
  values: number
  malformed: number
  missing: number
}

/** @param units to walk over; all of them where nothing is said */
export function exercise(dwarf: Dwarf, units: (units: readonly Unit[]) => readonly Unit[] = (all) => all): Outcome {
  const outcome: Outcome = { values: 0, malformed: 0, missing: 0 }
  const attempt = <Value>(run: () => Value): Value | undefined => {
    try {
      const value = run()
      outcome.values++
      return value
    } catch (error) {
      if (error instanceof FormatError) outcome.malformed += EXPECTED.test(error.message) ? 0 : 1
      else if (error instanceof NameNotFoundError) outcome.missing++
      else throw error
      return undefined
    }
  }

  const types: Type[] = []
  for (const unit of attempt(() => units(dwarf.units())) ?? []) {
    attempt(() => [unit.name, unit.producer, unit.language, unit.compilationDirectory])
    attempt(() => {
      const reader = unit.reader()
      while (reader.next()) {
        const entry = reader.entry()
        for (const attribute of attempt(() => entry.attributes()) ?? []) attempt(() => attribute.value)
        if (types.length < 120) {
          const type = attempt(() => dwarf.typeOf(entry))
          if (type !== undefined) types.push(type)
        }
      }
    })
    attempt(() => {
      for (const child of unit.root().children()) attempt(() => child.name)
    })
  }
  for (const type of types) {
    attempt(() => type.size)
    attempt(() => [type.describe(), type.declare('name'), type.qualifiedName])
    attempt(() => layoutDifference(type, types[0]!))
    attempt(() => type.resolve())
    attempt(() => [type.goKind, type.goElem, type.goKey, type.goRuntimeType, type.alignment])
    if (type.kind === 'array') attempt(() => [type.counts, type.length, type.stride, type.dimensions])
    if (type.kind === 'enum') attempt(() => [type.enumerators, type.isSigned, type.isFlags, type.nameOf(1)])
    if (type.kind === 'base') attempt(() => [type.encoding, type.isSigned, type.littleEndian, type.scale])
    if (type.kind === 'subroutine') attempt(() => type.parameters)
    if (!(type instanceof StructType)) continue
    attempt(() => type.definition)
    attempt(() => type.methods.map((method) => [method.describe(), method.isStatic, method.accessibility]))
    attempt(() => type.staticMembers.map((member) => [member.name, member.type.describe()]))
    attempt(() => [type.bases, type.nestedTypes, type.templateParameters])
    attempt(() => type.variantPart?.variants)
    for (const field of attempt(() => type.fields) ?? []) {
      attempt(() => field.offset)
      attempt(() => [field.type, field.size, field.bitSize, field.bitOffset, field.embedded, field.accessibility])
    }
    for (const path of PATHS.slice(0, 3)) attempt(() => type.field(path))
  }
  for (const name of NAMES) {
    const type = attempt(() => dwarf.findType(name))
    if (type !== undefined) for (const path of PATHS) attempt(() => type.field(path).offset)
    const variable = attempt(() => dwarf.findVariable(name))
    if (variable !== undefined) attempt(() => [variable.address, variable.threadLocalOffset, variable.type.size])
    attempt(() => dwarf.findConstant(name)?.value)
    attempt(() => dwarf.struct(name))
  }
  return outcome
}
