/** Evaluates expressions: the stack machine of DWARF 5, section 2.5, and the descriptions of locations of section 2.6.1. */
import { type Cursor, FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { describeOperation } from '../constants/describe.js'
import { DW_OP } from '../constants/operation.js'
import type { Entry } from '../entry.js'
import { locationOf } from '../location/location.js'
import { needs, readBits, registerOf } from './answers.js'
import { computed } from './computation.js'
import type { EvaluationContext } from './evaluation-context.js'
import type { EvaluationNeed } from './evaluation-error.js'
import type { Expression } from './expression.js'
import { type Operation, readOperation } from './operation.js'
import type { Piece, Place } from './piece.js'
import { bitsOf, convert, genericType, integer, reinterpret, type TypedValue, type ValueType } from './typed-value.js'
import { entryInFile, entryInUnit, indexedAddress, typeAt } from './unit-operands.js'

/** Most operations of one evaluation: loops are allowed, and the longest of real programs run a few hundred. */
const MAX_STEPS = 50_000
/** Deepest nesting of DW_OP_call2, call4 and call_ref. */
const MAX_CALLS = 32
/** Most location lists that one evaluation looks into by calls: each may be as long as its section. */
const MAX_LISTS = 4
/** Most pieces: a struct in registers has a handful, a vectorised array some dozens. */
const MAX_PIECES = 10_000

/**
 * Where the object is, or what its value is: pieces in the order of the object's bytes; one, of no size, where the whole is
 * in one place. An empty expression describes an object that was optimized away.
 * @param stack elements that are there at the start, the top last: the struct's address for DW_AT_data_member_location, say
 * @throws FormatError for malformed bytes: an unknown operation, too few elements on the stack, an endless loop
 * @throws EvaluationError when something is needed that the context does not give, memory that cannot be read included
 */
export function evaluate(
  expression: Expression,
  context: EvaluationContext = {},
  stack: readonly bigint[] = [],
): readonly Piece[] {
  const evaluator = new Evaluator(expression, context)
  evaluator.pushAll(stack)
  evaluator.run(expression)
  return evaluator.pieces()
}

/**
 * As `evaluate`, for expressions that compute a number rather than a location (array bounds, call site values, CFA rules):
 * what is on top of the stack at the end, as an unsigned integer of its size.
 * @throws FormatError also when the expression leaves nothing, or a location
 */
export function evaluateValue(
  expression: Expression,
  context: EvaluationContext = {},
  stack: readonly bigint[] = [],
): bigint {
  const evaluator = new Evaluator(expression, context)
  evaluator.pushAll(stack)
  evaluator.run(expression)
  return evaluator.value().bits
}

class Evaluator {
  readonly #context: EvaluationContext
  readonly #generic: ValueType
  readonly #stack: TypedValue[] = []
  readonly #pieces: Piece[] = []
  readonly #section: string
  /** What the operations so far say the location is, where that is not the address on top of the stack. */
  #place: Place | undefined
  #uninitialized = false
  #steps = 0
  #calls = 0
  #lists = 0
  /** Offset in the section of the operation that runs, for errors. */
  #at: number

  constructor(expression: Expression, context: EvaluationContext) {
    this.#context = context
    this.#generic = genericType(expression.encoding.addressSize)
    this.#section = expression.cursor().section
    this.#at = expression.start
  }

  pushAll(values: readonly bigint[]): void {
    for (const value of values) this.#pushGeneric(value)
  }

  /** The value on top of the stack, at the end. */
  value(): TypedValue {
    if (this.#place?.kind === 'value') return this.#place.value
    if (this.#place !== undefined || this.#pieces.length > 0) this.#fail('a location where a value was expected')
    return this.#pop()
  }

  pieces(): readonly Piece[] {
    const hasPlace = this.#place !== undefined
    if (this.#pieces.length > 0) {
      if (hasPlace) this.#fail('a location without a size behind pieces')
      return this.#pieces
    }
    return [this.#piece(undefined, 0)]
  }

  /** What the operations since the last piece describe. */
  #piece(bitSize: number | undefined, bitOffset: number): Piece {
    let place = this.#place
    if (place === undefined) {
      const top = this.#stack.at(-1)
      place = top === undefined ? { kind: 'optimized out' } : { kind: 'memory', address: this.#address(top) }
    }
    const piece = { place, bitSize, bitOffset, uninitialized: this.#uninitialized }
    this.#place = undefined
    this.#uninitialized = false
    return piece
  }

  run(expression: Expression): void {
    const cursor = expression.cursor()
    const { start, encoding } = expression
    while (!cursor.atEnd) {
      this.#at = cursor.offset
      if (++this.#steps > MAX_STEPS) this.#fail(`more than ${MAX_STEPS} operations: an endless loop`)
      const operation = readOperation(cursor, start, encoding)
      if (this.#place !== undefined) this.#checkBehindPlace(operation.code)
      if (operation.code === DW_OP.skip || operation.code === DW_OP.bra) this.#branch(cursor, operation, start)
      else this.#execute(expression, operation)
    }
  }

  #fail(reason: string): never {
    throw new FormatError(reason, { section: this.#section, offset: this.#at })
  }

  /** Behind what names a place only its size may follow (DWARF 5, sections 2.6.1.1.2 to 2.6.1.1.4). */
  #checkBehindPlace(code: number): void {
    if (code === DW_OP.piece || code === DW_OP.bit_piece || code === DW_OP.GNU_uninit || code === DW_OP.nop) return
    this.#fail(`${describeOperation(code)} behind an operation that ends a location`)
  }

  #branch(cursor: Cursor, operation: Operation, start: number): void {
    if (operation.code === DW_OP.bra && this.#pop().bits === 0n) return
    const target = start + operation.end + (operation.operands[0] as number)
    if (target < start || target > cursor.end)
      this.#fail(`a branch to offset ${target - start}, outside of the expression`)
    cursor.offset = target
  }

  #push(value: TypedValue): void {
    this.#stack.push(value)
  }

  #pushGeneric(value: bigint | number): void {
    this.#stack.push(integer(this.#generic, BigInt(value)))
  }

  #pushAnswer(answer: bigint | TypedValue | undefined, needed: EvaluationNeed, explanation: string): void {
    if (answer === undefined) needs(needed, explanation)
    else if (typeof answer === 'bigint') this.#pushGeneric(answer)
    else this.#push(answer)
  }

  #pop(): TypedValue {
    return this.#stack.pop() ?? this.#fail('the stack is empty')
  }

  /** Addresses are generic, or of an integer type (DWARF 5, section 2.5.1.3). */
  #address(value: TypedValue): bigint {
    const { kind } = value.type
    if (kind === 'float' || kind === 'opaque') this.#fail('an address that is no integer')
    return integer(this.#generic, kind === 'signed' ? BigInt.asIntN(value.type.size * 8, value.bits) : value.bits).bits
  }

  #popAddress(): bigint {
    return this.#address(this.#pop())
  }

  #execute(expression: Expression, operation: Operation): void {
    if (computed(this.#stack, operation, this.#generic, this.#failure)) return
    const { code, operands } = operation
    const context = this.#context
    if (code >= DW_OP.reg0 && code <= DW_OP.reg31) {
      this.#place = { kind: 'register', register: code - DW_OP.reg0 }
      return
    }
    if (code >= DW_OP.breg0 && code <= DW_OP.breg31) {
      this.#pushGeneric(registerOf(context, code - DW_OP.breg0) + BigInt(operands[0] as number | bigint))
      return
    }
    switch (code) {
      case DW_OP.addr:
        this.#pushGeneric(BigInt(operands[0] as number | bigint) + (context.loadBias ?? 0n))
        return
      case DW_OP.addrx:
      case DW_OP.GNU_addr_index:
        this.#pushGeneric(indexedAddress(expression, operands[0]!) + (context.loadBias ?? 0n))
        return
      case DW_OP.constx:
      case DW_OP.GNU_const_index:
        // A constant, though it is kept with the addresses: an offset in thread-local storage.
        this.#pushGeneric(indexedAddress(expression, operands[0]!))
        return
      case DW_OP.GNU_encoded_addr: {
        const format = operands[0] as number
        if (format >= 0x10) this.#fail(`a pointer of encoding 0x${format.toString(16)}, relative to what is not known`)
        this.#pushGeneric(BigInt(operands[1] as number | bigint) + (context.loadBias ?? 0n))
        return
      }
      case DW_OP.regx:
        this.#place = { kind: 'register', register: operands[0] as number }
        return
      case DW_OP.bregx:
        this.#pushGeneric(registerOf(context, operands[0] as number) + BigInt(operands[1] as number | bigint))
        return
      case DW_OP.fbreg: {
        const base = context.frameBase?.() ?? needs('frame base', 'the frame base of the function is not known')
        this.#pushGeneric(base + BigInt(operands[0] as number | bigint))
        return
      }
      case DW_OP.call_frame_cfa:
        this.#pushGeneric(context.cfa?.() ?? needs('CFA', 'the canonical frame address is not known'))
        return
      case DW_OP.push_object_address:
        this.#pushGeneric(context.objectAddress ?? needs('object address', 'the address of the object is not known'))
        return
      case DW_OP.form_tls_address:
      case DW_OP.GNU_push_tls_address: {
        const offset = this.#popAddress()
        const address = context.threadLocal?.(offset)
        this.#pushGeneric(
          address ?? needs('thread-local storage', `where a thread has its variable ${offset} is not known`),
        )
        return
      }
      case DW_OP.deref:
        this.#pushGeneric(this.#read(expression, this.#popAddress(), this.#generic.size))
        return
      case DW_OP.deref_size:
        this.#pushGeneric(this.#read(expression, this.#popAddress(), this.#derefSize(operands[0] as number)))
        return
      case DW_OP.deref_type:
      case DW_OP.GNU_deref_type: {
        const type = typeAt(expression, operands[1] as number)
        this.#push({ type, bits: this.#read(expression, this.#popAddress(), type.size) })
        return
      }
      case DW_OP.xderef:
      case DW_OP.xderef_size:
      case DW_OP.xderef_type:
        this.#derefSpace(expression, operation)
        return
      case DW_OP.const_type:
      case DW_OP.GNU_const_type: {
        const type = typeAt(expression, operands[0] as number)
        const bytes = operands[1] as Uint8Array
        if (bytes.length !== type.size) this.#fail(`${bytes.length} bytes for a constant of a type of ${type.size}`)
        this.#push({ type, bits: bitsOf(bytes, expression.littleEndian) })
        return
      }
      case DW_OP.regval_type:
      case DW_OP.GNU_regval_type:
        this.#push(integer(typeAt(expression, operands[1] as number), registerOf(context, operands[0] as number)))
        return
      case DW_OP.convert:
      case DW_OP.GNU_convert:
        this.#push(convert(this.#pop(), this.#typeOrGeneric(expression, operands[0] as number)))
        return
      case DW_OP.reinterpret:
      case DW_OP.GNU_reinterpret: {
        const type = this.#typeOrGeneric(expression, operands[0] as number)
        const value = this.#pop()
        if (value.type.size !== type.size)
          this.#fail(`${value.type.size} bytes reinterpreted as a type of ${type.size}`)
        this.#push(reinterpret(value, type))
        return
      }
      case DW_OP.entry_value:
      case DW_OP.GNU_entry_value: {
        const inner = expression.inner(operands[0] as Uint8Array)
        this.#pushAnswer(
          context.entryValue?.(inner),
          'entry value',
          'a value from when the function was entered is not known',
        )
        return
      }
      case DW_OP.GNU_parameter_ref: {
        const parameter = entryInUnit(expression, operands[0] as number)
        const answer = context.callSiteParameter?.(parameter)
        this.#pushAnswer(answer, 'call site parameter', 'what the caller passed is not known')
        return
      }
      case DW_OP.GNU_variable_value: {
        const variable = entryInFile(expression, operands[0] as number)
        this.#pushAnswer(
          context.variableValue?.(variable),
          'variable value',
          'the value of another variable is not known',
        )
        return
      }
      case DW_OP.call2:
      case DW_OP.call4:
        this.#call(entryInUnit(expression, operands[0] as number))
        return
      case DW_OP.call_ref:
        this.#call(entryInFile(expression, operands[0] as number))
        return
      case DW_OP.stack_value:
        this.#place = { kind: 'value', value: this.#pop() }
        return
      case DW_OP.implicit_value:
        this.#place = { kind: 'bytes', bytes: operands[0] as Uint8Array }
        return
      case DW_OP.implicit_pointer:
      case DW_OP.GNU_implicit_pointer: {
        const [entry, byteOffset] = operands as [number, number | bigint]
        this.#place = { kind: 'implicit pointer', entry, byteOffset }
        return
      }
      case DW_OP.GNU_uninit:
        this.#uninitialized = true
        return
      case DW_OP.piece:
        this.#addPiece(Number(operands[0]) * 8, 0)
        return
      case DW_OP.bit_piece:
        this.#addPiece(Number(operands[0]), Number(operands[1]))
        return
      case DW_OP.WASM_location:
        needs('registers', `it names a place of a WebAssembly machine (${operands.join(', ')})`)
        break
      default:
        this.#fail(`${describeOperation(code)} is not known here`)
    }
  }

  readonly #failure = (reason: string): never => this.#fail(reason)

  #addPiece(bitSize: number, bitOffset: number): void {
    if (!Number.isSafeInteger(bitSize) || !Number.isSafeInteger(bitOffset)) this.#fail('a piece of more than 2^53 bits')
    if (this.#pieces.length >= MAX_PIECES) this.#fail(`more than ${MAX_PIECES} pieces`)
    const isInMemory = this.#place === undefined
    this.#pieces.push(this.#piece(bitSize, bitOffset))
    // The address has served; what lies below it stays, for the next piece.
    if (isInMemory) this.#stack.pop()
  }

  #derefSize(size: number): number {
    if (size === 0 || size > this.#generic.size)
      this.#fail(`${size} bytes do not make an element of ${this.#generic.size}`)
    return size
  }

  #read(expression: Expression, address: bigint, size: number): bigint {
    const memory = this.#context.memory ?? needs('memory', `memory at 0x${address.toString(16)} is needed`)
    return readBits(memory, address, size, expression.littleEndian)
  }

  #derefSpace(expression: Expression, operation: Operation): void {
    const address = this.#popAddress()
    const space = this.#popAddress()
    const { code, operands } = operation
    const type = code === DW_OP.xderef_type ? typeAt(expression, operands[1] as number) : this.#generic
    const size = code === DW_OP.xderef_size ? this.#derefSize(operands[0] as number) : type.size
    const memory = this.#context.addressSpace?.(space) ?? needs('address space', `address space ${space} is not known`)
    this.#push({ type, bits: readBits(memory, address, size, expression.littleEndian) })
  }

  #typeOrGeneric(expression: Expression, offset: number): ValueType {
    return offset === 0 ? this.#generic : typeAt(expression, offset)
  }

  /** The other entry's expression works on this stack; without one the operation does nothing (DWARF 5, section 2.5.1.5). */
  #call(entry: Entry): void {
    const location = locationOf(entry, DW_AT.location)
    if (location === undefined) return
    let { expression } = location
    if (expression === undefined) {
      const pc =
        this.#context.pc ?? needs('registers', 'the place in the code is needed to choose from a location list')
      if (++this.#lists > MAX_LISTS) this.#fail(`more than ${MAX_LISTS} location lists`)
      expression = location.at(pc)
      if (expression === undefined) return
    }
    if (this.#calls >= MAX_CALLS) this.#fail(`expressions that call each other more than ${MAX_CALLS} deep`)
    this.#calls++
    this.run(expression)
    this.#calls--
  }
}
