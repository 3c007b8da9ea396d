/** Which types are characters of text, and which of them C's wchar_t, that DWARF calls an integer. */
import { DW_ATE } from '../constants/values.js'
import type { Type } from '../types/type.js'

/** Whether characters of this type make up text: those of C and C++, which are bytes or have a UTF encoding. */
export function isTextCharacter(type: Type | undefined): boolean {
  const resolved = type?.resolve()
  if (resolved?.kind !== 'base') return false
  const { encoding, size = 0 } = resolved
  if (encoding === DW_ATE.UTF || encoding === DW_ATE.UCS || encoding === DW_ATE.ASCII) return isWidth(size)
  // GCC and Clang describe wchar_t as a plain integer: its name tells.
  if (encoding !== DW_ATE.signed_char && encoding !== DW_ATE.unsigned_char)
    return isWideCharacter(type) && isWidth(size)
  return size === 1
}

/** Whether a type is C's wchar_t, as such or by a typedef of that name. */
export function isWideCharacter(type: Type | undefined): boolean {
  let step = type
  for (let steps = 0; steps < 100 && step !== undefined; steps++) {
    if (step.name === 'wchar_t') return true
    if (step.kind !== 'typedef' && step.kind !== 'qualifier') return false
    step = step.target
  }
  return false
}

function isWidth(size: number): boolean {
  return size === 1 || size === 2 || size === 4
}
