/** What the functions of a program refer to in its data, decoded from its code. */
import { dataReferences } from '../arch/data-reference.js'

/** A program as code that can be read. All addresses are link-time addresses. */
export interface ProgramText {
  /** As Go names it. */
  readonly arch: string
  /** Where the functions of these names lie; one that is called from assembly has a second entry, which calls it. */
  functions(names: readonly string[]): Iterable<{ readonly name: string; readonly start: number; readonly end: number }>
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
  readonly #names: readonly string[]
  #known: Map<string, readonly number[]> | undefined

  /** @param names the functions that will be asked for: `allgadd` is runtime.allgadd, those of other packages are named with them */
  constructor(text: ProgramText, names: readonly string[]) {
    this.#text = text
    this.#names = names
  }

  /** Whether no pointers lie there; false where that is not known. */
  isPointerFree(address: number): boolean {
    return this.#text.isPointerFree(address)
  }

  /** The places in the program's data that a function refers to, rising; undefined where there is no such function. */
  of(name: string): readonly number[] | undefined {
    this.#known ??= this.#findAll()
    return this.#known.get(name)
  }

  /** All at once: each pass over all functions takes its time. */
  #findAll(): Map<string, readonly number[]> {
    const { arch } = this.#text
    const found = new Map<string, Set<number>>()
    for (const { name, start, end } of this.#text.functions(this.#names.map(fullName))) {
      const code = this.#text.readCode(start, Math.min(end - start, LONGEST))
      if (code === undefined) continue
      const key = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : name
      const targets = found.get(key) ?? new Set()
      found.set(key, targets)
      for (const { target } of dataReferences(arch, code, start)) if (this.#text.isData(target)) targets.add(target)
    }
    return new Map([...found].map(([name, targets]) => [name, [...targets].sort((a, b) => a - b)]))
  }
}

const PACKAGE = 'runtime.'

const fullName = (name: string) => (name.includes('/') ? name : PACKAGE + name)
