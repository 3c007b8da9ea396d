/**
 * Types of a generic function's variables. Functions whose type arguments have the same shape share their code, and the debug data
 * describe the shape; what is meant is in a dictionary that each call is given (cmd/compile/internal/noder, Go 1.18 and newer).
 */
import { readExactly } from '@gospy/bytes'
import { DW_AT, type LocalVariable, type Type } from '@gospy/dwarf'
import { readWord } from '../go-string.js'
import type { ValueSpace } from '../values/value-space.js'

const DICTIONARY = '.dict'

/**
 * The dictionary among the variables of a function, if it can be known where it is: it is in optimized code kept only as long as it is
 * used, which nothing says, and its place is then given as one for all of the function.
 */
export function dictionaryOf(variables: readonly LocalVariable[]): LocalVariable | undefined {
  const dictionary = variables.find(({ name }) => name === DICTIONARY)
  return dictionary?.location?.list === undefined ? undefined : dictionary
}

/** The type that is meant: by the dictionary, else the shape. @param dictionary its address */
export function typeArgument(type: Type, dictionary: number | undefined, space: ValueSpace): Type {
  if (type.kind !== 'typedef' || !type.name?.startsWith('.param')) return type
  const shape = type.entry.reference(DW_AT.type)
  const ofShape = shape === undefined ? type : space.dwarf.typeOf(shape)
  const index = type.entry.number(DW_AT.go_dict_index)
  if (dictionary === undefined || index === undefined) return ofShape
  const word = readExactly(space.memory, dictionary + index * 8, 8)
  const descriptor = readWord(new DataView(word.buffer, word.byteOffset), 0)
  const meant = space.options.goType?.(descriptor)
  return meant?.size === type.size ? meant! : ofShape
}
