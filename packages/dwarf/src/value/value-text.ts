/** The text that a value is: characters in place, behind a pointer, or behind a pointer with a length. */
import { isInnermost } from './array-elements.js'
import { isTextCharacter } from './characters.js'
import { listOf } from './list.js'
import { readSome } from './memory-window.js'
import { indexOfZero, terminatedText } from './text.js'
import type { Value } from './value.js'

/** The bytes of a text and how wide its characters are. */
export interface ValueText {
  readonly bytes: Uint8Array
  readonly width: number
  /** Whether it goes on behind the bytes. */
  readonly isCut: boolean
}

/**
 * The text of a value, at most `limit` bytes; undefined for what is none.
 * @throws ValueError for a null pointer
 */
export function textOf(value: Value, limit: number): ValueText | undefined {
  switch (value.shape) {
    case 'text':
      return countedText(value, limit)
    case 'pointer': {
      const type = value.type.resolve()
      const target = type?.kind === 'pointer' ? type.target : undefined
      if (!isTextCharacter(target)) return undefined
      const first = value.pointee(target!)
      const width = target!.size!
      return { ...terminatedText(first.context.memory!, first.address!, width, limit), width }
    }
    case 'array': {
      const characters = charactersOf(value)
      if (characters === undefined) return undefined
      const { width } = characters
      const bytes = characters.bytes.subarray(0, Math.min(limit - (limit % width), characters.bytes.length))
      const end = indexOfZero(bytes, width)
      return {
        bytes: end < 0 ? bytes : bytes.subarray(0, end),
        width,
        isCut: end < 0 && bytes.length < characters.bytes.length,
      }
    }
    case 'fixed text': {
      const bytes = value.bytes()
      return { bytes: bytes.subarray(0, limit), width: 1, isCut: bytes.length > limit }
    }
    default:
      return undefined
  }
}

/** The bytes of an array of characters, zeros included; undefined for any other value. */
export function charactersOf(value: Value): { readonly bytes: Uint8Array; readonly width: number } | undefined {
  const type = value.type.resolve()
  if (value.shape !== 'array' || type?.kind !== 'array' || !isInnermost(value) || !isTextCharacter(type.element))
    return undefined
  const { length } = value
  return length === undefined ? undefined : { bytes: value.bytes(), width: type.element.size! }
}

function countedText(value: Value, limit: number): ValueText {
  const list = listOf(value)
  const { memory } = value.context
  const wanted = Math.min(list.length, limit)
  if (wanted === 0) return { bytes: new Uint8Array(0), width: 1, isCut: list.length > 0 }
  if (memory === undefined) return value.fail('is a pointer, and there is no memory to follow it in')
  const start = value.elsewhere(list.element, list.address)
  const bytes = readSome(memory, start.address!, wanted)
  return { bytes, width: 1, isCut: bytes.length < list.length }
}
