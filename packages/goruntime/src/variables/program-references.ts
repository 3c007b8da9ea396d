/** What the functions of a program refer to in its data, decoded from its code. */
import { dataReferences } from '../arch/data-reference.js'

/** A program as code that can be read. All addresses are link-time addresses. */
export interface ProgramText {
  /** As Go names it. */
  readonly arch: string
  /** Where the functions of a name lie: one that is called from assembly has a second entry, which calls it. */
  functions(name: string): Iterable<{ readonly start: number; readonly end: number }>
  /** The bytes of a function; undefined where they are not there. */
  readCode(address: number, length: number): Uint8Array | undefined
  /** Whether package variables may lie there: in memory that the program can write to, or could before it was loaded. */
  isData(address: number): boolean
  /** Whether no pointers lie there: the linker keeps variables without any apart. False where that is not known. */
  isPointerFree(address: number): boolean
}

/** More code than any function has that is asked about, in bytes: of a longer one only so much is decoded. */
const LONGEST = 1 << 16

export class ProgramReferences {
  readonly #text: ProgramText
  readonly #known = new Map<string, readonly number[] | undefined>()

  constructor(text: ProgramText) {
    this.#text = text
  }

  /** Whether no pointers lie there; false where that is not known. */
  isPointerFree(address: number): boolean {
    return this.#text.isPointerFree(address)
  }

  /**
   * The places in the program's data that a function refers to, rising; undefined where there is no such function.
   * @param name without the package: `allgadd` is runtime.allgadd
   */
  of(name: string): readonly number[] | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#find(name))
    return this.#known.get(name)
  }

  #find(name: string): number[] | undefined {
    const { arch } = this.#text
    const targets = new Set<number>()
    let isThere = false
    for (const { start, end } of this.#text.functions(`runtime.${name}`)) {
      const code = this.#text.readCode(start, Math.min(end - start, LONGEST))
      if (code === undefined) continue
      isThere = true
      for (const { target } of dataReferences(arch, code, start)) if (this.#text.isData(target)) targets.add(target)
    }
    return isThere ? [...targets].sort((a, b) => a - b) : undefined
  }
}
