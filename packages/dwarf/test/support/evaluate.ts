/** The few operations that call frames of C programs use: of signal trampolines and of the procedure linkage table. */
import { Cursor } from '@gospy/bytes'
import { DW_OP, describeOperation, type EvaluateExpression } from '@gospy/dwarf'

export const evaluate: EvaluateExpression = (expression, { initialStack, registers, memory }) => {
  const stack = [...initialStack]
  const cursor = new Cursor(expression)
  const pop = () => stack.pop()!
  while (!cursor.atEnd) {
    const operation = cursor.u8()
    if (operation >= DW_OP.breg0 && operation < DW_OP.breg0 + 32) {
      stack.push(registers.get(operation - DW_OP.breg0)! + BigInt(cursor.sleb128()))
    } else if (operation >= DW_OP.lit0 && operation < DW_OP.lit0 + 32) {
      stack.push(BigInt(operation - DW_OP.lit0))
    } else if (operation === DW_OP.plus_uconst) {
      stack.push(pop() + BigInt(cursor.uleb128()))
    } else if (operation === DW_OP.deref) {
      const bytes = new Uint8Array(8)
      if (memory.read(Number(pop()), bytes) !== 8) throw new Error('not readable')
      stack.push(new DataView(bytes.buffer).getBigUint64(0, true))
    } else {
      const right = pop()
      const left = pop()
      if (operation === DW_OP.plus) stack.push(left + right)
      else if (operation === DW_OP.and) stack.push(left & right)
      else if (operation === DW_OP.shl) stack.push(left << right)
      else if (operation === DW_OP.ge) stack.push(left >= right ? 1n : 0n)
      else throw new Error(describeOperation(operation))
    }
  }
  return pop()
}
