/** The few operations of expressions that place virtual base classes: a stand-in for an evaluator, for tests of values. */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import { type Attribute, DW_OP } from '@gospy/dwarf'

/** Evaluates with the object's address on the stack; 64-bit little-endian programs only. */
export function evaluator(memory: MemoryReader): (attribute: Attribute, objectAddress: number) => bigint | undefined {
  return (attribute, objectAddress) => {
    const { value } = attribute
    if (!(value instanceof Uint8Array)) return undefined
    const stack = [BigInt(objectAddress)]
    for (let at = 0; at < value.length; ) {
      const operation = value[at++]!
      if (operation === DW_OP.dup) stack.push(stack.at(-1)!)
      else if (operation === DW_OP.deref) {
        stack.push(Buffer.from(readExactly(memory, Number(stack.pop()!), 8)).readBigInt64LE())
      } else if (operation === DW_OP.minus) {
        const right = stack.pop()!
        stack.push(stack.pop()! - right)
      } else if (operation === DW_OP.plus) stack.push(stack.pop()! + stack.pop()!)
      else if (operation === DW_OP.const1u) stack.push(BigInt(value[at++]!))
      else if (operation >= DW_OP.lit0 && operation < DW_OP.lit0 + 32) stack.push(BigInt(operation - DW_OP.lit0))
      else if (operation === DW_OP.constu) {
        if (value[at]! >= 0x80) throw new Error('a long constant')
        stack.push(BigInt(value[at++]!))
      } else throw new Error(`operation 0x${operation.toString(16)}`)
    }
    return stack.pop()
  }
}
