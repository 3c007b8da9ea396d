/** What printing has left to spend, and how it prints parts of a value: the same for all languages. */
import { MAX_ELEMENTS, MAX_REPEATS } from './printed-text.js'
import type { Value } from './value.js'
import { toReadError } from './value-error.js'

/** Structs and arrays in each other: more is a type that holds itself. */
const MAX_NESTING = 64

/** Values in one print. */
const MAX_VALUES = 5000

/** What one print has left, and how it prints parts. */
export class Print {
  #left = MAX_VALUES
  readonly #print: (value: Value, print: Print, isTop: boolean) => string
  #nesting = 0
  readonly #once = new Set<string>()

  constructor(print: (value: Value, print: Print, isTop: boolean) => string) {
    this.#print = print
  }

  /** A value inside of another, or where it cannot be read, why. */
  part(value: Value, isTop = false): string {
    if (this.#left <= 0 || this.#nesting >= MAX_NESTING) return '...'
    this.#left--
    this.#nesting++
    try {
      return this.#print(value, this, isTop)
    } catch (error) {
      return describeError(error)
    } finally {
      this.#nesting--
    }
  }

  /** Whether something of that name has not been printed before. */
  isFirst(name: string): boolean {
    if (this.#once.has(name)) return false
    this.#once.add(name)
    return true
  }

  /** Elements, of which those that are the same follow each other once: `0 <repeats 20 times>, 1, ...`. */
  elements(values: Iterable<Value>, length: number): string[] {
    const parts: string[] = []
    let printed = 0
    let taken = 0
    let last: string | undefined
    let run = 0
    const flush = () => {
      if (last === undefined) return
      if (run > MAX_REPEATS) {
        parts.push(`${last} <repeats ${run} times>`)
        printed += MAX_REPEATS
      } else {
        for (let index = 0; index < run && printed < MAX_ELEMENTS; index++) {
          parts.push(last)
          printed++
        }
      }
      run = 0
    }
    for (const value of values) {
      const text = this.part(value)
      if (text !== last) {
        flush()
        if (printed >= MAX_ELEMENTS) break
        last = text
      }
      run++
      taken++
      // A run that goes on can only be counted on.
      if (printed + run >= MAX_ELEMENTS && run <= MAX_REPEATS) break
      if (this.#left <= 0) break
    }
    flush()
    if (taken < length) parts[parts.length - 1] += '...'
    return parts
  }
}

/** GDB's words for what cannot be read. */
export function describeError(error: unknown): string {
  const known = toReadError(error)
  if (!('address' in known) || typeof known.address !== 'number') return `<error: ${known.message}>`
  return `<error: Cannot access memory at address 0x${known.address.toString(16)}>`
}
