/** The hash of .debug_names (DWARF 5, section 6.1.1.4.5): Bernstein's, over the name's UTF-8 after folding its case. */

/** The hash of a name; undefined for one whose case folding is not certain here, as it is of ASCII only. */
export function hashOfName(name: string): number | undefined {
  let hash = 5381
  for (let at = 0; at < name.length; at++) {
    let code = name.charCodeAt(at)
    if (code >= 0x80) return undefined
    if (code >= 0x41 && code <= 0x5a) code += 0x20
    hash = (Math.imul(hash, 33) + code) >>> 0
  }
  return hash
}
