/** Expressions and location lists in the text of `readelf --debug-dump=info,loc` (binutils 2.40), and our own in its words. */
import {
  DW_LLE,
  type Dwarf,
  describeAttribute,
  describeExpression,
  Expression,
  type LocationEntry,
  type LocationList,
  locationOf,
} from '@gospy/dwarf'
import { isLocationList, readelfRegister } from './dumped-locations.js'

const BLOCK = /^ +<([0-9a-f]+)> +(DW_AT_\w+) *: (?:\(\w+\) ?)?(?:\d+ byte block: [0-9a-f ]*)?\t\((.*)\)(?:\t.*)?$/

/** Attributes that are expressions: offset of the value, name, and the expression. */
export function readelfExpressions(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const found = BLOCK.exec(line)
    // It notes what it finds odd behind the expression.
    return found === null ? [] : `${found[1]} ${found[2]} ${found[3]!.replace(/ \[without dw_at_frame_base\]/i, '')}`
  })
}

export function ourReadelfExpressions(dwarf: Dwarf): string[] {
  const found: string[] = []
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      for (const attribute of reader.entry().attributes()) {
        const expression = Expression.of(attribute)
        if (expression === undefined) continue
        const text = describeExpression(expression, {
          style: 'readelf',
          registerName: readelfRegister(unit.addressSize),
        })
        found.push(`${attribute.offset.toString(16)} ${describeAttribute(attribute.name)} ${text}`)
      }
    }
  }
  return found
}

/** Two or three numbers, and the expression: in parentheses, but for those of lists in a table of offsets. */
const RANGE = /^((?: +[0-9a-f]{8,16}){2,3}) (\(?)(.*?)(\)?)(?: \[without DW_AT_frame_base\])?(?: \(start == end\))?$/

/** Ranges of location lists: offset of the entry, range, views where there are any, and the expression. */
export function readelfRanges(text: string): string[] {
  const found: string[] = []
  let views = ''
  let viewsOffset = ''
  for (const line of text.split('\n')) {
    const pair = /^ +([0-9a-f]+) v([0-9a-f]+) v([0-9a-f]+) views (?:at [0-9a-f]+ )?for:/.exec(line)
    if (pair !== null) {
      viewsOffset = short(pair[1]!)
      views = ` views ${short(pair[2]!)} ${short(pair[3]!)}`
      continue
    }
    const range = RANGE.exec(line)
    if (range === null || /base address|index into/.test(range[3]!)) continue
    const numbers = range[1]!.trim().split(/ +/).map(short)
    const offset = numbers.length === 3 ? numbers[0] : viewsOffset
    const [begin, end] = numbers.slice(-2)
    found.push(`${offset} [${begin}, ${end})${views} ${range[2] === '' ? range[3]! + range[4]! : range[3]}`)
    views = ''
  }
  return found
}

const short = (hex: string) => BigInt(`0x${hex}`).toString(16)

/**
 * Every list that an attribute refers to, each once, in the order of the section.
 * @param isRaw whether ranges are as they stand in the file: version 2.40 adds no base to
 *   those of lists in a table of offsets, and looks no index up
 */
export function ourReadelfRanges(dwarf: Dwarf, isRaw: boolean): string[] {
  const lists = new Map<number, LocationList>()
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      for (const attribute of entry.attributes()) {
        if (!isLocationList(attribute)) continue
        const { list } = locationOf(entry, attribute.name)!
        lists.set(list!.offset, list!)
      }
    }
  }
  return [...lists.keys()]
    .sort((one, other) => one - other)
    .flatMap((offset) => {
      const list = lists.get(offset)!
      const registerName = readelfRegister(list.unit.addressSize)
      const entries = isRaw ? [...list.entries()] : []
      return [...list.ranges()].map((range) => {
        const { beginView, endView } = range
        const entry = entries.find(({ offset: at }) => at === range.offset)
        const [begin, end] = entry === undefined ? [range.begin, range.end] : rawRange(entry)
        const views = beginView === undefined ? '' : ` views ${beginView.toString(16)} ${endView!.toString(16)}`
        const text = describeExpression(range.expression, { style: 'readelf', registerName })
        return `${range.offset.toString(16)} [${begin.toString(16)}, ${end.toString(16)})${views} ${text}`
      })
    })
}

function rawRange({ kind, first, second }: LocationEntry): [bigint, bigint] {
  return kind === DW_LLE.startx_length ? [0n, second] : [first, second]
}
