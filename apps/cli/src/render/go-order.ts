/** The order in which Go sorts strings. */

/** Below 0, 0 or above 0, by the strings' UTF-8: as JavaScript compares, but characters above U+FFFF come last. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x === y) continue
    const isHigh = isSurrogate(x)
    return isHigh === isSurrogate(y) ? x - y : isHigh ? 1 : -1
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000
}
