/** Places in a program's source, and what program counters stand for. */

/** A place in the program's source. */
export interface Location {
  /** Full name as Go prints it: `net/http.(*conn).serve`, `main.Map[...]`. */
  readonly function: string
  /** Path as the compiler recorded it; null where it recorded none. */
  readonly file: string | null
  readonly line: number | null
}

/** A program counter of the running process, with what it stands for: `undefined` where no function covers it. */
export interface CodeAddress {
  /** Address in the process (load bias included). */
  readonly pc: number
  /** Address in the process of the first instruction of the function whose code it is. */
  readonly entry: number | undefined
  readonly location: Location | undefined
}
