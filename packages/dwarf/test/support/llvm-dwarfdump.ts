/**
 * Reads the text of `llvm-dwarfdump -v --debug-info --debug-types` (version 14), and makes the same records from our own
 * reading, so that the two can be compared entry by entry.
 */
import {
  type Attribute,
  DW_AT,
  DW_FORM,
  DW_TAG,
  type Dwarf,
  describeAttribute,
  describeForm,
  describeTag,
} from '@gospy/dwarf'

export interface DumpedEntry {
  readonly offset: number
  readonly depth: number
  readonly tag: string
  readonly attributes: readonly DumpedAttribute[]
}

interface DumpedAttribute {
  readonly name: string
  readonly form: string
  /** The value as the tool prints it, reduced to what both sides know; undefined where they print different things. */
  readonly value: string | undefined
}

const ENTRY = /^0x([0-9a-f]+):( +)DW_TAG_(\w+) \[\d+\]/
const ATTRIBUTE = /^ +DW_AT_(\w+) \[DW_FORM_(\w+)\]\t\((.*)$/

/** Entries of .debug_info, then of .debug_types, in the order of the file. */
export function parseDump(text: string): DumpedEntry[] {
  const entries: { offset: number; depth: number; tag: string; attributes: DumpedAttribute[] }[] = []
  for (const line of text.split('\n')) {
    const entry = ENTRY.exec(line)
    if (entry !== null) {
      const depth = (entry[2]!.length - 1) / 2
      entries.push({ offset: Number.parseInt(entry[1]!, 16), depth, tag: number('TAG', entry[3]!), attributes: [] })
      continue
    }
    const attribute = ATTRIBUTE.exec(line)
    if (attribute === null) continue
    const [, name, form, value] = attribute
    entries.at(-1)!.attributes.push({
      name: number('AT', name!),
      form: number('FORM', form!),
      value: reduce(value!),
    })
  }
  return entries
}

const TABLES: Record<string, Readonly<Record<string, number>>> = { TAG: DW_TAG, AT: DW_AT, FORM: DW_FORM }

/** `DW_AT_name (0x3)`: both the tool's name and what our table makes of it. */
function number(table: string, name: string): string {
  const value = TABLES[table]![name]
  if (value === undefined) throw new Error(`llvm-dwarfdump prints DW_${table}_${name}, which is not in our table`)
  return `DW_${table}_${name} (0x${value.toString(16)})`
}

function reduce(text: string): string | undefined {
  // strp, strx, string
  const string = /^(?:.*(?:\] =|string =) )?"(.*)"\)$/s.exec(text)
  if (string !== null) return `"${string[1]}"`
  const local = /^cu \+ 0x[0-9a-f]+ => \{0x([0-9a-f]+)\}/.exec(text)
  if (local !== null) return BigInt(`0x${local[1]}`).toString()
  const indexed = /^indexed \([0-9A-F]+\) address = 0x([0-9a-f]+)/.exec(text)
  if (indexed !== null) return BigInt(`0x${indexed[1]}`).toString()
  const hex = /^0x([0-9a-f]+)(?: ".*")?\)$/.exec(text)
  if (hex !== null) return BigInt(`0x${hex[1]}`).toString()
  const decimal = /^(-?\d+)\)$/.exec(text)
  return decimal === null ? undefined : decimal[1]
}

/** Our reading of the same file, through the raw walk. */
export function* dumpOurs(dwarf: Dwarf): Generator<DumpedEntry> {
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      const attributes = entry.attributes().map((attribute) => ({
        name: `${describeAttribute(attribute.name)} (0x${attribute.name.toString(16)})`,
        form: `${describeForm(attribute.form)} (0x${attribute.form.toString(16)})`,
        value: print(attribute),
      }))
      const tag = `${describeTag(entry.tag)} (0x${entry.tag.toString(16)})`
      yield { offset: entry.offset, depth: reader.depth, tag, attributes }
    }
  }
}

function print(attribute: Attribute): string {
  const { value } = attribute
  switch (typeof value) {
    case 'string':
      return `"${value}"`
    case 'boolean':
      return value ? '1' : '0'
    case 'object':
      return `[${Buffer.from(value).toString('hex')}]`
    default:
      return value.toString()
  }
}
