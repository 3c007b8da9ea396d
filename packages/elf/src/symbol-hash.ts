/** Hash tables over the names of `.dynsym`, by which the dynamic linker, and this package, find a symbol in no time. */

/** Names to candidates: a look-up yields the symbols that may have a name, for the caller to compare. */
export interface SymbolHash {
  /**
   * Indices in the symbol table of all that may have the name, in the order of the hash chain. Of those that the table
   * covers, none that has the name is left out.
   * @param name as bytes, without a NUL
   * @throws FormatError when the table leads outside itself or in a circle
   */
  candidates(name: Uint8Array): IterableIterator<number>
  /** Symbols below this index (imports, to GNU hash) are not in the hash table; infinity if none is. */
  readonly firstHashed: number
  /**
   * How many symbols there are, for files that tell it nowhere else.
   * @throws FormatError when the table cannot say
   */
  symbolCount(): number
}
