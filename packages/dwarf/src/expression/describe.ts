/** Expressions as text, in the words of the two tools that engineers know: llvm-dwarfdump (14) and readelf (binutils 2.40). */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { describeOperation } from '../constants/describe.js'
import { DW_OP } from '../constants/operation.js'
import { DW_TAG } from '../constants/tag.js'
import type { Expression } from './expression.js'
import { type OperandKind, operandKinds } from './operand.js'
import type { Operand, Operation } from './operation.js'

/** Deepest nesting of expressions in expressions that is printed: compilers nest one. */
const MAX_NESTING = 16

/** How expressions are printed. */
export interface DescribeOptions {
  /** Whose words are used; `llvm-dwarfdump` unless said otherwise. */
  style?: 'llvm-dwarfdump' | 'readelf'
  /** Name of a register by its DWARF number (`RAX`, `rax`), which depends on the target; undefined for one without. */
  registerName?: (register: number) => string | undefined
}

/**
 * An expression as text: `DW_OP_fbreg -20`, `DW_OP_breg7 RSP+8, DW_OP_stack_value`; in the style of readelf
 * `DW_OP_fbreg: -20`. Where it cannot be decoded to the end, the text says so, and the bytes that are left follow.
 */
export function describeExpression(expression: Expression, options: DescribeOptions = {}): string {
  return describe(expression, options, options.style === 'readelf' ? READELF : LLVM, 0)
}

interface Style {
  readonly separator: string
  readonly empty: string
  operation(operation: Operation, kinds: readonly OperandKind[], context: StyleContext): string
  /** What stands in place of an operation that cannot be decoded; `rest` is its bytes and all behind. */
  broken(code: number, rest: Uint8Array): string
}

interface StyleContext {
  readonly expression: Expression
  readonly registerName: (register: number) => string | undefined
  /** An expression among the operands. */
  inner(operand: Operand): string
}

function describe(expression: Expression, options: DescribeOptions, style: Style, depth: number): string {
  if (expression.length === 0) return style.empty
  const context: StyleContext = {
    expression,
    registerName: options.registerName ?? (() => undefined),
    inner: (operand) => {
      if (depth >= MAX_NESTING) return '…'
      return describe(expression.inner(operand as Uint8Array), options, style, depth + 1)
    },
  }
  const parts: string[] = []
  let end = 0
  try {
    for (const operation of expression.operations()) {
      parts.push(style.operation(operation, operandKinds(operation.code)!, context))
      end = operation.end
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const rest = expression.bytes.subarray(end)
    parts.push(style.broken(rest[0]!, rest))
  }
  return parts.join(style.separator)
}

const hex = (value: Operand | number): string =>
  `0x${BigInt.asUintN(64, BigInt(value as number | bigint)).toString(16)}`
const bytesAs = (bytes: Uint8Array, prefix: string): string =>
  Array.from(bytes, (byte) => ` ${prefix}${byte.toString(16).padStart(2, '0')}`).join('')
const withSign = (value: Operand): string => (BigInt(value as number | bigint) < 0n ? `${value}` : `+${value}`)

/** The register that the operation's code stands for, or that its first operand is; undefined for other operations. */
function registerIn({ code, operands }: Operation): number | undefined {
  if (code >= DW_OP.reg0 && code <= DW_OP.reg31) return code - DW_OP.reg0
  if (code >= DW_OP.breg0 && code <= DW_OP.breg31) return code - DW_OP.breg0
  return operandKinds(code)![0] === 'register' ? (operands[0] as number) : undefined
}

/** `lib/DebugInfo/DWARF/DWARFExpression.cpp` of LLVM prints so. */
const LLVM: Style = {
  separator: ', ',
  empty: '<empty>',

  operation(operation, kinds, context) {
    const { code, operands } = operation
    let text = describeOperation(code)
    let from = 0
    const register = registerIn(operation)
    const name = register === undefined ? undefined : context.registerName(register)
    if (name !== undefined) {
      text += ` ${name}`
      if (kinds[0] === 'register') from = 1
      if (kinds[from] === 'sleb') return text + withSign(operands[from]!)
    }
    for (let index = from; index < operands.length; index++) {
      text += llvmOperand(kinds[index] ?? kinds[0]!, operands[index]!, code, context)
    }
    return text
  },

  broken: (_, rest) => `<decoding error>${bytesAs(rest, '')}`,
}

function llvmOperand(kind: OperandKind, operand: Operand, code: number, context: StyleContext): string {
  switch (kind) {
    case 's1':
    case 's2':
    case 's4':
    case 's8':
    case 'branch':
    case 'sleb':
      return ` ${withSign(operand)}`
    case 'block':
    case 'block1': {
      const bytes = operand as Uint8Array
      return ` 0x${bytes.length.toString(16)}${bytesAs(bytes, '0x')}`
    }
    case 'expression':
      return `(${context.inner(operand)})`
    case 'type':
      return ` ${operand === 0 && code === DW_OP.convert ? '0x0' : llvmType(operand as number, context)}`
    default:
      return ` ${hex(operand)}`
  }
}

function llvmType(offset: number, { expression: { unit } }: StyleContext): string {
  if (unit === undefined) return hex(offset)
  try {
    const entry = unit.entry(unit.offset + offset)
    if (entry.tag === DW_TAG.base_type) {
      const place = (value: number) => `0x${value.toString(16).padStart(8, '0')}`
      const name = entry.string(DW_AT.name)
      return `(${place(offset)} -> ${place(unit.offset + offset)})${name === undefined ? '' : ` "${name}"`}`
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
  }
  return `<invalid base_type ref: ${hex(offset)}>`
}

/** `binutils/dwarf.c` prints so. */
const READELF: Style = {
  separator: '; ',
  empty: '',

  operation(operation, kinds, context) {
    const { code, operands } = operation
    const name = describeOperation(code)
    const register = registerIn(operation)
    const named = register === undefined ? undefined : context.registerName(register)
    const parenthesis = named === undefined ? '' : ` (${named})`
    if (code >= DW_OP.reg0 && code <= DW_OP.reg31) return name + parenthesis
    if (code >= DW_OP.breg0 && code <= DW_OP.breg31) return `${name}${parenthesis}: ${operands[0]}`
    switch (code) {
      case DW_OP.addr:
        return `${name}: ${BigInt(operands[0] as number | bigint).toString(16)}`
      case DW_OP.GNU_push_tls_address:
        return `${name} or DW_OP_HP_unknown`
      case DW_OP.bit_piece:
        return `${name}: size: ${operands[0]} offset: ${operands[1]} `
      case DW_OP.regx:
        return `${name}: ${operands[0]}${parenthesis}`
      case DW_OP.bregx:
        return `${name}: ${operands[0]}${parenthesis} ${operands[1]}`
      case DW_OP.regval_type:
      case DW_OP.GNU_regval_type:
        return `${name}: ${operands[0]}${parenthesis} ${readelfOperand('type', operands[1]!, context)}`
      case DW_OP.implicit_value:
        return `${name}${readelfBlock(operands[0] as Uint8Array)}`
      case DW_OP.GNU_encoded_addr: {
        const format = (operands[0] as number).toString(16).padStart(2, '0')
        return `${name}: fmt:${format} addr:${BigInt(operands[1] as number | bigint)
          .toString(16)
          .padStart(8, '0')}`
      }
      case DW_OP.convert:
      case DW_OP.GNU_convert:
      case DW_OP.reinterpret:
      case DW_OP.GNU_reinterpret:
      case DW_OP.addrx:
      case DW_OP.constx:
      case DW_OP.GNU_addr_index:
      case DW_OP.GNU_const_index:
        return `${name} ${readelfOperand(kinds[0]!, operands[0]!, context)}`
      default: {
        const texts = operands.map((operand, index) => readelfOperand(kinds[index] ?? kinds[0]!, operand, context))
        return texts.length === 0 ? name : `${name}: ${texts.join(' ')}`
      }
    }
  },

  broken(code, rest) {
    const name = describeOperation(code)
    return operandKinds(code) === undefined
      ? `(User defined location op 0x${code.toString(16)})`
      : `${name}:${bytesAs(rest, '')}`
  },
}

function readelfOperand(kind: OperandKind, operand: Operand, context: StyleContext): string {
  switch (kind) {
    case 'type': {
      // Offsets are from the start of the unit; what is printed is from the start of the section.
      const offset = operand as number
      const start = offset === 0 ? 0 : (context.expression.unit?.offset ?? 0)
      return `<0x${(start + offset).toString(16)}>`
    }
    case 'reference2':
    case 'reference4': {
      const start = context.expression.unit?.offset ?? 0
      return `<0x${(start + (operand as number)).toString(16)}>`
    }
    case 'reference':
      return `<${hex(operand)}>`
    case 'index':
      return `<${operand === 0 ? '0' : hex(operand)}>`
    case 'block':
    case 'block1':
      return readelfBlock(operand as Uint8Array)
    case 'expression':
      return `(${context.inner(operand)})`
    default:
      return String(operand)
  }
}

function readelfBlock(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => ` ${byte.toString(16)}`).join('')
  return ` ${bytes.length} byte block:${digits} `
}
