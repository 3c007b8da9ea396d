/** Names with scopes, as C++ and Rust have them: `std::vector<a::b>` is `vector<a::b>` in `std`. */

/** The parts of a name between those `::` that stand in no brackets. */
export function splitName(name: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < name.length; at++) {
    const character = name[at]
    if (character === '<' || character === '(' || character === '[') depth++
    else if (character === '>' || character === ')' || character === ']') depth--
    else if (character === ':' && depth <= 0 && name[at + 1] === ':') {
      parts.push(name.slice(start, at))
      at++
      start = at + 1
    }
  }
  parts.push(name.slice(start))
  return parts
}

/**
 * The package of a Go name (`internal/runtime/atomic` for `internal/runtime/atomic.Pointer[runtime.g]`), or undefined for
 * a name without one.
 */
export function goPackage(name: string): string | undefined {
  const plain = name.replace(/^[*[\]]+/, '').replace(/[[({ ].*$/s, '')
  const dot = plain.indexOf('.', plain.lastIndexOf('/') + 1)
  return dot <= 0 ? undefined : plain.slice(0, dot)
}
