/** How rows lie in the batches that `LineMachine` makes: words of 32 bits, and what their bits mean. */

/** Bits of the flags of a row. */
export const LINE_FLAG = {
  isStatement: 1,
  basicBlock: 2,
  endSequence: 4,
  prologueEnd: 8,
  epilogueBegin: 16,
} as const

/** In the flags of a row of a batch: that it has words in `LineMachine.rare`. */
export const HAS_RARE = 0x80

/** Words of a row in a batch, and which word is what. */
export const ROW_WORDS = 6
export const ROW = { addressLow: 0, addressHigh: 1, file: 2, line: 3, column: 4, flags: 5 } as const

/** Words that are 0 in nearly all rows of nearly all programs: they are apart, as writing a word costs as much as anything else. */
export const RARE_WORDS = 3
export const RARE = { isa: 0, discriminator: 1, operationIndex: 2 } as const
