/**
 * Why a goroutine waits, in the runtime's words: since Go 1.11 `g.waitreason` is an index into `runtime.waitReasonStrings`
 * (src/runtime/runtime2.go); before, it is the string itself.
 */
import { type MemoryReader, readExactly, UnreadableMemoryError } from '@gospy/bytes'
import { readGoString } from './go-string.js'
import type { WordPlan, WordReader } from './goroutine-words.js'
import type { FieldLayout, VariableLayout } from './runtime-layout.js'

export interface WaitReasons {
  /** The texts that occur, and maybe others; the first is ''. */
  readonly texts: readonly string[]
  /** A reader of a goroutine's index into `texts`; -1 for one that is not there. */
  reader(plan: WordPlan): WordReader
}

/** What to make of `g.waitreason`, and a remark where its texts cannot be had. */
export function findWaitReasons(
  memory: MemoryReader,
  field: FieldLayout | undefined,
  strings: VariableLayout | undefined,
  bias: number,
): WaitReasons & { warning?: string } {
  if (field?.size === STRING) return new TextWaitReasons(memory)
  if (field === undefined || strings === undefined) return UNKNOWN
  try {
    const bytes = readExactly(memory, strings.address + bias, strings.size)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const texts = Array.from({ length: strings.size / STRING }, (_, index) =>
      readGoString(memory, view, index * STRING),
    )
    return new NumberedWaitReasons(texts)
  } catch (error) {
    if (!(error instanceof UnreadableMemoryError || error instanceof RangeError)) throw error
    return { ...UNKNOWN, warning: `why goroutines wait is not known: runtime.waitReasonStrings: ${error.message}` }
  }
}

/** Size of a string header, in bytes. */
const STRING = 16

const UNKNOWN: WaitReasons = { texts: [''], reader: () => () => 0 }

class NumberedWaitReasons implements WaitReasons {
  readonly texts: readonly string[]

  constructor(texts: readonly string[]) {
    this.texts = texts
  }

  reader(plan: WordPlan): WordReader {
    const number = plan.requiredReader('waitreason')
    return (words, row) => {
      const value = number(words, row)
      return value < this.texts.length ? value : -1
    }
  }
}

class TextWaitReasons implements WaitReasons {
  readonly texts: string[] = ['']
  readonly #memory: MemoryReader
  /** By the address of the text: all are constants of the program. */
  readonly #indexes = new Map<number, number>([[0, 0]])

  constructor(memory: MemoryReader) {
    this.#memory = memory
  }

  reader(plan: WordPlan): WordReader {
    const [pointer, length] = plan.stringReader('waitreason')
    return (words, row) => {
      const address = pointer(words, row)
      let index = this.#indexes.get(address)
      if (index === undefined) {
        const text = this.#read(address, length(words, row))
        index = text === undefined ? -1 : this.texts.push(text) - 1
        // A text that could not be read may be half of an old one and half of a new one: the next look will tell.
        if (index > 0) this.#indexes.set(address, index)
      }
      return index
    }
  }

  #read(address: number, length: number): string | undefined {
    const header = new DataView(new ArrayBuffer(STRING))
    header.setBigUint64(0, BigInt(address || 0), true)
    header.setBigUint64(8, BigInt(length || 0), true)
    try {
      return readGoString(this.#memory, header)
    } catch (error) {
      if (error instanceof UnreadableMemoryError || error instanceof RangeError) return undefined
      throw error
    }
  }
}
