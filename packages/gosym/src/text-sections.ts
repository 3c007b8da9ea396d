/**
 * Programs with several text sections: a linker splits code that is too far from itself to be called (ppc64, arm, arm64 on
 * Darwin, linked by another linker), and the table, which counts as if all lay in one piece, needs a map to addresses.
 * Source: runtime/symtab.go (textsect, textAddr, textOff), Go 1.18 to 1.27. Older tables hold addresses and need none.
 */

/** An entry of `moduledata.textsectmap`. */
export interface TextSection {
  /** Where it begins, as the table counts: from the first text byte before the sections were moved apart. */
  offset: number
  /** Where it ends, as the table counts, exclusive. */
  end: number
  /** Address of its first byte. */
  address: number
}

/** The map in both directions. */
export class TextSections {
  readonly #sections: readonly TextSection[]

  constructor(sections: Iterable<TextSection>) {
    this.#sections = [...sections].sort((a, b) => a.offset - b.offset)
  }

  /** Undefined where no section holds it; the end of the last counts as held, as in the table's last entry. */
  toAddress(offset: number): number | undefined {
    const section = this.#lastAtOrBelow((section) => section.offset <= offset)
    if (section === undefined) return undefined
    const isLast = section === this.#sections.at(-1)
    if (offset > section.end || (offset === section.end && !isLast)) return undefined
    return section.address + (offset - section.offset)
  }

  /** Undefined where no section holds it. */
  toOffset(address: number): number | undefined {
    // Linkers keep the order, but nothing says so.
    for (const section of this.#sections) {
      const distance = address - section.address
      if (distance >= 0 && distance < section.end - section.offset) return section.offset + distance
    }
    return undefined
  }

  #lastAtOrBelow(isBelow: (section: TextSection) => boolean): TextSection | undefined {
    let low = 0
    let high = this.#sections.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBelow(this.#sections[middle]!)) low = middle + 1
      else high = middle
    }
    return this.#sections[low - 1]
  }
}
