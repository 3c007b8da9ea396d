/** Looking for a part of a text. */

/** Whether a text has this part. One that ends with a line, `pool.go:12`, is not found in `pool.go:121`. */
export function contains(part: string): (text: string) => boolean {
  if (!/:\d+$/.test(part)) return (text) => text.includes(part)
  return (text) => {
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      if (!/\d/.test(text.charAt(at + part.length))) return true
    }
    return false
  }
}
