/** Which types are characters of text, and which of them C's wide ones, that DWARF calls integers. */
import { DW_ATE } from '../constants/values.js'
import type { Type } from '../types/type.js'

/** Whether characters of this type make up text: those of C and C++, which are bytes or have a UTF encoding. */
export function isTextCharacter(type: Type | undefined): boolean {
  const resolved = type?.resolve()
  if (resolved?.kind !== 'base') return false
  const { encoding, size = 0 } = resolved
  if (encoding === DW_ATE.UTF || encoding === DW_ATE.UCS || encoding === DW_ATE.ASCII) return isWidth(size)
  // GCC and Clang describe wchar_t and its like as plain integers: their names tell.
  if (encoding !== DW_ATE.signed_char && encoding !== DW_ATE.unsigned_char)
    return wideCharacterName(type) !== undefined && isWidth(size)
  return size === 1
}

/** Characters that DWARF may call integers. */
const NAMED = /^(wchar_t|char8_t|char16_t|char32_t)$/

/** Which of the wide characters of C and C++ a type is, as such or by a typedef of that name; undefined for any other. */
export function wideCharacterName(type: Type | undefined): string | undefined {
  let step = type
  for (let steps = 0; steps < 100 && step !== undefined; steps++) {
    if (step.name !== undefined && NAMED.test(step.name)) return step.name
    if (step.kind !== 'typedef' && step.kind !== 'qualifier') return undefined
    step = step.target
  }
  return undefined
}

function isWidth(size: number): boolean {
  return size === 1 || size === 2 || size === 4
}
