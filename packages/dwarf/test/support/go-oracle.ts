/** Our reading of a Go program, printed as `fixtures/oracle/main.go` prints Go's own. */
import { createHash } from 'node:crypto'
import { type Attribute, DW_TAG, type Dwarf, StructType, type Type } from '@gospy/dwarf'

/** One line for each unit, as the oracle prints it. */
export function digestUnits(dwarf: Dwarf): string[] {
  return dwarf.units().map((unit) => {
    const hash = createHash('sha256')
    let count = 0
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      const attributes = entry.attributes().map((attribute) => ` ${attribute.name}=${print(attribute)}`)
      hash.update(`${entry.offset} ${reader.depth} ${entry.tag}${attributes.join('')}\n`)
      count++
    }
    return `${unit.entriesOffset} ${count} ${hash.digest('hex')}`
  })
}

function print(attribute: Attribute): string {
  if (attribute.class === 'offset' || attribute.class === 'index') return '-'
  const { value } = attribute
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
}

export const lines = (text: string) => text.trimEnd().split('\n')
export const nameOf = (type: Type) => type.name ?? '-'

/** Every struct and its fields. */
export function listStructs(dwarf: Dwarf): string[] {
  const ours: string[] = []
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      if (reader.tag !== DW_TAG.structure_type) continue
      const type = dwarf.typeOf(reader.entry())
      if (!(type instanceof StructType)) throw new Error(`${type} is no struct`)
      ours.push(`${type.name} ${type.size}`)
      for (const field of type.fields) {
        ours.push(`\t${field.name} ${field.offset} ${field.size} ${nameOf(field.type)}`)
      }
    }
  }
  return ours
}
