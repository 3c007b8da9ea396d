/** Reading what changes meanwhile: once more after all that it leads to was read, and anew where it is no longer the same. */

/** Looks at what changes all the time. */
const LOOKS = 8

export interface Looked<T> {
  readonly value: T
  /** Whether it was another at every look. */
  readonly torn: boolean
}

/**
 * @param read what is there, and all that it leads to
 * @param state what must be the same before and after, as text; undefined where it cannot be read, and no value is told
 */
export function lookAgain<S, T>(
  read: () => S | undefined,
  key: (state: S) => string,
  follow: (state: S) => T,
): Looked<T> | undefined {
  let before = read()
  for (let look = 1; ; look++) {
    if (before === undefined) return undefined
    const value = follow(before)
    const after = read()
    if (after === undefined) return undefined
    const torn = key(after) !== key(before)
    if (!torn || look === LOOKS) return { value, torn }
    before = after
  }
}
