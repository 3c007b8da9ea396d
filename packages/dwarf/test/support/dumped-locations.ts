/**
 * Expressions and location lists in the text of `llvm-dwarfdump -v --debug-info` (14), and the same lines from our own reading.
 */
import {
  type Attribute,
  DW_AT,
  DW_FORM,
  DW_LLE,
  describeAttribute,
  describeExpression,
  Expression,
  type LocationList,
  type LocationRange,
  locationOf,
  type Unit,
} from '@gospy/dwarf'

const X86_64 = 'RAX RDX RCX RBX RSI RDI RBP RSP R8 R9 R10 R11 R12 R13 R14 R15 RIP'.split(' ')
const I386 = 'EAX ECX EDX EBX ESP EBP ESI EDI EIP'.split(' ')

/** Names of registers on x86, as llvm-dwarfdump prints them. */
function llvmRegister(addressSize: number): (register: number) => string | undefined {
  return (register) => {
    if (addressSize === 4) {
      if (register >= 11 && register < 19) return `ST${register - 11}`
      return register >= 21 && register < 29 ? `XMM${register - 21}` : I386[register]
    }
    if (register >= 17 && register < 33) return `XMM${register - 17}`
    return register >= 33 && register < 41 ? `ST${register - 33}` : X86_64[register]
  }
}

/** As readelf does, without a name for the program counter. */
export function readelfRegister(addressSize: number): (register: number) => string | undefined {
  const names = llvmRegister(addressSize)
  return (register) => {
    return names(register)?.toLowerCase()
  }
}

const ENTRY = /^0x([0-9a-f]+): +DW_TAG_\w+ \[\d+\]/
const SINGLE = /^ +DW_AT_(\w+) \[DW_FORM_\w+\]\t\(((?:DW_OP_|<empty>|<decoding).*)\)$/
const LIST = /^ +DW_AT_(\w+) \[DW_FORM_\w+\]\t\((?:indexed \(0x[0-9a-f]+\) loclist = )?0x([0-9a-f]+): ?$/
const RANGE = /^ +(?:DW_LLE_\w+ .* => )?\[0x([0-9a-f]+), 0x([0-9a-f]+)\)(?: "[^"]*")?: (.*)$/
/** Of a .dwo file, whose addresses are in the program: the entry as it stands. */
const RAW = /^ +DW_LLE_(\w+) +\(0x([0-9a-f]+)(?:, 0x([0-9a-f]+))?\)(?:: (.*))?$/
const DEFAULT = /^ +<default>: (.*)$/

const trimmed = (address: string) => BigInt(`0x${address}`).toString(16)

/** One line for each expression, and for each range of a location list. */
export function llvmLocations(text: string): string[] {
  const found: string[] = []
  let offset = ''
  let list: string | undefined
  for (const line of text.split('\n')) {
    const entry = ENTRY.exec(line)
    if (entry !== null) offset = trimmed(entry[1]!)
    if (list !== undefined) {
      const raw = RAW.exec(line)
      if (raw !== null) {
        const [, kind, first, second = '0', rest = ''] = raw
        const isLast = count(rest, '(') < count(rest, ')')
        found.push(`${list} ${kind} ${trimmed(first!)} ${trimmed(second)} ${isLast ? rest.slice(0, -1) : rest}`)
        if (isLast) list = undefined
        continue
      }
      const range = RANGE.exec(line)
      if (range !== null || DEFAULT.test(line)) {
        const [, begin, end, rest] = range ?? ['', '', '', DEFAULT.exec(line)![1]]
        // The last range closes the parenthesis of the attribute.
        const isLast = count(rest!, '(') < count(rest!, ')')
        const where = range === null ? 'default' : `[${trimmed(begin!)}, ${trimmed(end!)})`
        found.push(`${list} ${where} ${isLast ? rest!.slice(0, -1) : rest}`)
        if (isLast) list = undefined
        continue
      }
      list = undefined
    }
    const single = SINGLE.exec(line)
    if (single !== null) found.push(`${offset} DW_AT_${single[1]} ${single[2]}`)
    const start = LIST.exec(line)
    if (start !== null) list = `${offset} DW_AT_${start[1]} list ${trimmed(start[2]!)}`
  }
  return found
}

const count = (text: string, character: string) => text.split(character).length - 1

/** The attributes whose offsets are those of location lists. */
const LISTS: ReadonlySet<number> = new Set([
  DW_AT.location,
  DW_AT.frame_base,
  DW_AT.string_length,
  DW_AT.return_addr,
  DW_AT.static_link,
  DW_AT.use_location,
  DW_AT.vtable_elem_location,
])

/** Whether an attribute is a location list: before DWARF 4, offsets had the forms of constants. */
export function isLocationList({ name, form, unit }: Attribute): boolean {
  if (!LISTS.has(name)) return false
  if (form === DW_FORM.loclistx || form === DW_FORM.sec_offset) return true
  return unit.version < 4 && (form === DW_FORM.data4 || form === DW_FORM.data8)
}

/** Our reading of the same units, in the same order. */
export function ourLocations(units: readonly Unit[]): string[] {
  const found: string[] = []
  for (const unit of units) {
    const registerName = llvmRegister(unit.addressSize)
    const print = (expression: Expression) => describeExpression(expression, { registerName })
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      const offset = entry.offset.toString(16)
      for (const attribute of entry.attributes()) {
        const name = describeAttribute(attribute.name)
        const expression = Expression.of(attribute)
        if (expression !== undefined) {
          found.push(`${offset} ${name} ${print(expression)}`)
        } else if (isLocationList(attribute)) {
          const { list } = locationOf(entry, attribute.name)!
          if (unit.isSplit) {
            found.push(...[...rawEntries(list!)].map((line) => `${offset} ${name} list ${line(print)}`))
            continue
          }
          for (const range of list!.ranges()) {
            found.push(`${offset} ${name} list ${list!.offset.toString(16)} ${where(range)} ${print(range.expression)}`)
          }
        }
      }
    }
  }
  return found
}

type Print = (expression: Expression) => string

function* rawEntries(list: LocationList): Generator<(print: Print) => string> {
  for (const { kind, first, second, expression } of list.entries()) {
    if (kind === DW_LLE.end_of_list) return
    const name = Object.entries(DW_LLE).find(([, value]) => value === kind)![0]
    const operands = `${first.toString(16)} ${second.toString(16)}`
    yield (print) =>
      `${list.offset.toString(16)} ${name} ${operands} ${expression === undefined ? '' : print(expression)}`
  }
}

function where({ isDefault, begin, end }: LocationRange): string {
  return isDefault ? 'default' : `[${begin.toString(16)}, ${end.toString(16)})`
}
