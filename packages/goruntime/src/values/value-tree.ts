/** Values as plain data: what a variable holds, as far as it was looked at, without the process. */
import type { Location } from '../location.js'
import type { GoKind } from './go-kind.js'

/** The parts of a complex number. */
export interface ComplexNumber {
  readonly real: number
  readonly imaginary: number
}

/** Why something of a value is not shown. */
export interface LeftOut {
  /**
   * - `depth`: it lies deeper than was asked for
   * - `items`, `bytes`: more elements, or bytes of a string, than were asked for
   * - `cycle`: it is being shown already, further up
   * - `values`: more values altogether than one answer has
   */
  readonly by: 'depth' | 'items' | 'bytes' | 'cycle' | 'values'
  /** How many children or bytes are not shown; null where that is not known. */
  readonly count: number | null
}

/** One value. Which members it has, its kind says; `error` can stand in for all of them. */
export interface ValueNode {
  readonly kind: GoKind
  /** As Go writes it, package paths whole: `map[string]*main.Server`. */
  readonly type: string
  /** Where it lies; null for what lies at no address that can be read. */
  readonly address: number | null
  /**
   * Of truth values, numbers and strings what they are; an integer that a number does not hold exactly is a bigint. Of pointers,
   * maps, channels and functions the address; null for nil. Interfaces have null for nil, and else a child.
   */
  readonly value?: boolean | number | bigint | string | ComplexNumber | null
  /** Of strings (in bytes), arrays, slices, maps, channels. */
  readonly length?: number
  /** Of slices and channels. */
  readonly capacity?: number
  /** Of arrays and slices of bytes, and of strings that are no UTF-8: the bytes, as far as they were read. */
  readonly bytes?: Uint8Array
  /** Of functions: which; null where no function of the program begins there. */
  readonly function?: Location | null
  /** Of channels. */
  readonly closed?: boolean
  /** What a value of a well-known type means: of a time.Time the time, of a sync.Mutex whether it is locked. */
  readonly text?: string
  /**
   * Of structs the fields; of arrays and slices the elements; of channels what is in the buffer, the next one first; of maps the
   * elements with their keys; of pointers what they lead to, and of interfaces what they hold.
   */
  readonly children?: readonly ChildNode[]
  /** What is not shown of it. */
  readonly left?: LeftOut
  /** Why it, or what it leads to, could not be read. */
  readonly error?: string
  /** It changed each time that it was read: its parts may be of different moments. */
  readonly torn?: true
}

/** A value inside of another. */
export interface ChildNode extends ValueNode {
  /** Of a field. */
  readonly name?: string
  /** Of a map's element. */
  readonly key?: ValueNode
}
