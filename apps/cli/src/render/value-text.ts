/** Values of variables as text: on one line where they fit, else a line for each of their parts. */
import { goQuote } from '@gospy/dwarf'
import type { ChildNode, LeftOut, ValueNode, VariableReading } from '@gospy/goruntime'
import { displayWidth } from './cut.js'
import { baseName, count, milliseconds, printable } from './text.js'
import { floatText, hexText } from './value-json.js'

const INDENT = '  '

/** Columns up to which labels are aligned, and elements stand beside each other. */
const SHORT = 24

/** Longest text that is made to see whether it fits. */
const MAX_FLAT = 400

/**
 * The lines of a variable: `main.cfg = main.Config{Addr: ":8080", Timeout: 1.5s}`.
 * @param width that lines are kept within where they can be broken
 */
export function valueLines(expression: string, node: ValueNode, width: number): string[] {
  return withStart(`${printable(expression)} = `, node, true, width, '')
}

/** Types that literals have by themselves. */
const LITERAL_TYPES = ['bool', 'int', 'string']

/** A value behind what stands before it on its line, on that line alone where it fits. */
function withStart(start: string, node: ValueNode, typed: boolean, width: number, indent: string): string[] {
  const line = start + flat(node, typed)
  if (displayWidth(indent + line) <= width || !isBreakable(node)) return [indent + line]
  return broken(start, node, typed, width, indent)
}

function isBreakable(node: ValueNode): boolean {
  if (scalarText(node) !== undefined) return false
  const only = passed(node)
  return only === undefined ? (node.children?.length ?? 0) > 0 : isBreakable(only)
}

/** All on one line, cut off where that can fit on no line. */
function flat(node: ValueNode, typed: boolean): string {
  const scalar = scalarText(node)
  if (scalar !== undefined) {
    const start = typed && !LITERAL_TYPES.includes(node.type) ? scalarPrefix(node) : ''
    return start + (scalar + notes(node)).trimStart()
  }
  const only = passed(node)
  if (only !== undefined) return `${prefix(node, typed)}${flat(only, passesType(node, typed))}${notes(node)}`
  const parts: string[] = []
  let length = 0
  for (const child of node.children ?? []) {
    if (length > MAX_FLAT) break
    const part = label(child) + flat(child, false)
    parts.push(part)
    length += part.length
  }
  const rest = restText(node.left)
  if (rest !== '') parts.push(rest)
  return `${opening(node, typed)}${parts.join(', ')}}${notes(node)}`
}

/** A line for each part, and one that closes. */
function broken(start: string, node: ValueNode, typed: boolean, width: number, indent: string): string[] {
  const only = passed(node)
  if (only !== undefined) {
    const lines = broken(start + prefix(node, typed), only, passesType(node, typed), width, indent)
    lines[lines.length - 1] += notes(node)
    return lines
  }
  const children = node.children ?? []
  const rest = restText(node.left)
  const open = `${indent}${start}${opening(node, typed)}`
  const close = `${indent}}${notes(node)}`
  const short = shortElements(children)
  if (short !== undefined)
    return [open, ...filled([...short, ...(rest === '' ? [] : [rest])], width, indent + INDENT), close]
  const labels = children.map((child) => label(child))
  // Aligned, as gofmt does it: unless one label is much longer than the others.
  const widest = labels.reduce((most, text) => Math.min(SHORT, Math.max(most, displayWidth(text))), 0)
  const inner = indent + INDENT
  const lines = [open]
  children.forEach((child, index) => {
    const text = labels[index]!
    if (child.key !== undefined && displayWidth(inner + text) > width && isBreakable(child.key)) {
      // A key that fits on no line has its own, and its element begins on the last one of them.
      const key = withStart('', child.key, false, width, inner)
      const last = key.pop()!.slice(inner.length)
      lines.push(...key, ...withStart(`${last}: `, child, false, width, inner))
      return
    }
    const padded = text + ' '.repeat(Math.max(0, widest - displayWidth(text)))
    lines.push(...withStart(padded, child, false, width, inner))
  })
  if (rest !== '') lines.push(inner + rest)
  lines.push(close)
  return lines
}

/** The texts of elements that are short and have no parts; undefined where some are not so, or have names or keys. */
function shortElements(children: readonly ChildNode[]): string[] | undefined {
  const texts: string[] = []
  for (const child of children) {
    if (child.name !== undefined || child.key !== undefined || isBreakable(child)) return undefined
    const text = flat(child, false)
    if (displayWidth(text) > SHORT) return undefined
    texts.push(text)
  }
  return texts
}

/** As many of the texts on each line as fit. */
function filled(texts: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const text of texts) {
    const longer = line === '' ? indent + text : `${line}, ${text}`
    // With room for a comma.
    if (line === '' || displayWidth(longer) < width) line = longer
    else {
      lines.push(`${line},`)
      line = indent + text
    }
  }
  return [...lines, line]
}

/** What a pointer, an interface or an atomic wrapper leads to, which is shown in its place. */
function passed({ kind, type, children }: ValueNode): ValueNode | undefined {
  const isWrapper =
    kind === 'struct' && children?.length === 1 && children[0]!.name === undefined && children[0]!.key === undefined
  return (kind === 'pointer' || kind === 'interface' || (isWrapper && type !== 'sync.Map')) && children !== undefined
    ? children[0]
    : undefined
}

/** Whether what is shown in its place is shown with its type: of an interface always, of a wrapper its own has been. */
function passesType({ kind }: ValueNode, typed: boolean): boolean {
  return kind === 'interface' || (kind === 'pointer' && typed)
}

function scalarPrefix({ type, kind, length, capacity, value }: ValueNode): string {
  const counts = kind === 'slice' && value !== null && length !== undefined ? `len ${length} cap ${capacity} ` : ''
  return `${printable(type)} ${counts}`
}

/** What stands before what a pointer leads to. */
function prefix({ kind, type }: ValueNode, typed: boolean): string {
  if (kind === 'pointer') return '&'
  return kind === 'struct' && typed ? `${printable(type)} ` : ''
}

function label(child: ChildNode): string {
  if (child.name !== undefined) return `${printable(child.name)}: `
  if (child.key !== undefined) return `${flat(child.key, false)}: `
  return ''
}

function opening(node: ValueNode, typed: boolean): string {
  const { kind, type, length, capacity } = node
  const name = typed ? printable(type) : ''
  if (kind === 'map' || (kind === 'struct' && length !== undefined)) return `${name === '' ? 'map' : name}{`
  if (kind === 'chan' && length !== undefined)
    return `${name || 'chan'} ${length}/${capacity}${node.closed ? ' closed' : ''} {`
  if (kind === 'slice' && typed && length !== undefined) return `${name} len ${length} cap ${capacity} {`
  return `${name}{`
}

/** Of values without parts, the whole; undefined for others. */
function scalarText(node: ValueNode): string | undefined {
  const { kind, value, text, bytes, children, left } = node
  if (text !== undefined) return printable(text)
  if (value === null) return 'nil'
  switch (kind) {
    case 'string':
      return value === undefined ? '' : stringText(node)
    case 'float32':
      return typeof value === 'number' ? shortestFloat32(value) : ''
    case 'complex64':
    case 'complex128':
      return typeof value === 'object' ? complexText(value, kind) : ''
    case 'func':
      return functionText(node)
    case 'unsafe.Pointer':
      return String(value ?? '')
    case 'uintptr':
      return value === undefined ? '' : `0x${BigInt(value as number | bigint).toString(16)}`
    case 'pointer':
      return children === undefined
        ? `${String(value ?? '')}${left?.by === 'cycle' ? ' (shown above)' : ''}`
        : undefined
    case 'slice':
    case 'array':
      if (bytes !== undefined) return bytesText(node, bytes)
      return children === undefined ? emptyText(node) : undefined
    default:
      if (typeof value === 'number') return floatText(value)
      return typeof value === 'boolean' || typeof value === 'bigint'
        ? String(value)
        : children === undefined
          ? emptyText(node)
          : undefined
  }
}

/** Of a value whose parts are not shown, or could not be read: at least where they should be. */
function emptyText({ error, left, value }: ValueNode): string | undefined {
  if (error === undefined || left !== undefined) return undefined
  return typeof value === 'string' ? value : ''
}

function stringText({ value, bytes, left }: ValueNode): string {
  return printable(goQuote(bytes ?? String(value))) + restOfBytes(left)
}

/** Bytes as a string where most of them are text, else as numbers. */
function bytesText({ left }: ValueNode, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  const isText = !text.includes('\ufffd') && !/[^\P{Cc}\t\n\r]/u.test(text)
  return (isText ? printable(goQuote(text)) : `0x${hexText(bytes)}`) + restOfBytes(left)
}

function restOfBytes(left: LeftOut | undefined): string {
  return left?.count == null ? '' : `...+${left.count} more`
}

/** As few digits as tell it from its neighbours. */
function shortestFloat32(value: number): string {
  if (!Number.isFinite(value) || value === 0) return floatText(value)
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits))
    if (Math.fround(text) === value) return String(text)
  }
  return String(value)
}

function complexText({ real, imaginary }: { real: number; imaginary: number }, kind: string): string {
  const part = kind === 'complex64' ? shortestFloat32 : floatText
  const second = part(imaginary)
  return `(${part(real)}${/^[+-]/.test(second) ? '' : '+'}${second}i)`
}

function functionText(node: ValueNode): string {
  const { function: place, value, error } = node
  if (value === undefined) return ''
  if (place === undefined || place === null)
    return error === undefined ? `${value} (no function begins there)` : String(value)
  const line = place.file === null ? '' : `  ${baseName(place.file)}:${place.line}`
  return printable(place.function + line)
}

function restText(left: LeftOut | undefined): string {
  if (left === undefined || left.by === 'bytes') return ''
  if (left.by === 'cycle') return '... shown above'
  if (left.by === 'depth') return left.count === null ? '...' : `... ${left.count}`
  return left.count === null ? '...' : `... ${left.count} more`
}

function notes({ error, torn }: ValueNode): string {
  const texts = [
    error === undefined ? undefined : `(${printable(error)})`,
    torn ? '(changed while it was read)' : undefined,
  ]
  return texts
    .filter((text) => text !== undefined)
    .map((text) => ` ${text}`)
    .join('')
}

/** How values were read, and how far to trust them, as the line above them. */
export function readingText({ readMs, pausedMs, torn }: VariableReading, shown: number): string {
  const how =
    pausedMs === null
      ? `Read in ${milliseconds(readMs)} while it ran`
      : `Read while it was stopped for ${milliseconds(pausedMs)}`
  return `${how}: ${count(shown, 'value')}, ${torn === 0 ? 'all stable' : `parts of ${torn} changed meanwhile`}`
}
