/** Where values are read: the program's types and the process's memory. */
import type { MemoryReader } from '@gospy/bytes'
import { type Dwarf, type Type, Value, type ValueOptions } from '@gospy/dwarf'
import type { Location } from '../location.js'
import type { TypeDescriptors } from './type-descriptors.js'

export interface ValueSpace {
  readonly memory: MemoryReader
  readonly dwarf: Dwarf
  /** From descriptors of Go's runtime to types. */
  readonly options: ValueOptions
  /** Whether a bit of sync.Mutex says that a goroutine has waited too long. */
  readonly mutexMayStarve: boolean
  /** What the process itself has of types. */
  readonly descriptors: TypeDescriptors
  /** Which function begins at an address in the process; undefined where none does. */
  functionAt(entry: number): Location | undefined
  /** A package variable as a value; undefined where the program has none of that name. */
  variable(name: string): Value | undefined
}

/** The value of a type at an address. */
export function valueAt(space: ValueSpace, type: Type, address: number | bigint): Value {
  return Value.at(type, space.memory, address, space.options)
}
