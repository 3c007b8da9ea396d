/** Which entry of a list is chosen, and which part of the list is on the screen. */

export interface Cursor {
  readonly index: number
  /** What stays chosen when the list changes its order; null before anyone chose: then it is whatever comes first. */
  readonly key: string | null
  /** The first entry on the screen. */
  readonly first: number
}

export interface Listed {
  readonly size: number
  keyAt(index: number): string
  /** Where the entry with that key is now; -1 for nowhere. */
  indexOf(key: string): number
}

export const AT_TOP: Cursor = { index: 0, key: null, first: 0 }

/** The cursor in the list as it is now, on a screen with room for so many entries. */
export function settled(cursor: Cursor, list: Listed, room: number): Cursor {
  if (list.size === 0) return { ...cursor, index: 0, first: 0 }
  const found = cursor.key === null ? -1 : list.indexOf(cursor.key)
  // What is gone leaves the cursor where it was, on what took its place.
  const index = found >= 0 ? found : clamp(cursor.index, list.size)
  const least = Math.max(0, index - room + 1)
  const first = Math.min(Math.max(cursor.first, least), index, Math.max(0, list.size - room))
  return { index, key: cursor.key === null ? null : list.keyAt(index), first: Math.max(first, Math.min(least, index)) }
}

export function moved(cursor: Cursor, by: number, list: Listed): Cursor {
  if (list.size === 0) return cursor
  const index = clamp(cursor.index + by, list.size)
  return { ...cursor, index, key: list.keyAt(index) }
}

function clamp(index: number, size: number): number {
  return Math.max(0, Math.min(index, size - 1))
}
