/** Whether two spellings of a C++ or Rust type mean the same one: `Box<long,3>` and `Box<long int, 3>`, `Vec<u8>` and what it is short for. */

/** Words of C's arithmetic types and qualifiers, in the order in which they are compared. */
const WORDS = ['const', 'volatile', 'signed', 'unsigned', 'short', 'long', 'char', 'int', 'double', 'float', '__int128']
const TOKEN = /::|[A-Za-z_$0-9{}#]+|\S/g

/** Deepest brackets that are looked into: deeper ones are compared as they stand. */
const MAX_NESTING = 32

/** The spelling without what makes no difference: spaces, `int` behind `long`, where `const` stands. */
function normal(text: string): string {
  const parts: string[] = []
  let words: string[] = []
  const flush = () => {
    if (words.length === 0) return
    const isSized = words.some((word) => word === 'short' || word === 'long')
    const isCharacter = words.includes('char')
    const kept = words.filter((word) => !(word === 'int' && isSized) && !(word === 'signed' && !isCharacter))
    const rank = (word: string) => (WORDS.includes(word) ? WORDS.indexOf(word) : WORDS.length)
    parts.push(kept.sort((one, other) => rank(one) - rank(other)).join(' '))
    words = []
  }
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^[A-Za-z_$0-9{}#]/.test(token)) words.push(token)
    else {
      flush()
      parts.push(token)
    }
  }
  flush()
  return parts.join('')
}

/** What stands before, in and behind the first brackets of a name: `Box`, [`long`, ` 3`] and `::Nested`; undefined without. */
function brackets(text: string): { before: string; inside: string[]; behind: string } | undefined {
  const open = text.indexOf('<')
  if (open < 0) return undefined
  const inside: string[] = []
  let depth = 0
  let start = open + 1
  for (let at = open; at < text.length; at++) {
    const character = text[at]!
    if ('<([{'.includes(character)) depth++
    else if ('>)]}'.includes(character) && text[at - 1] !== '-') depth--
    if (depth === 1 && character === ',') {
      inside.push(text.slice(start, at))
      start = at + 1
    } else if (depth === 0) {
      inside.push(text.slice(start, at))
      return { before: text.slice(0, open), inside, behind: text.slice(at + 1) }
    }
  }
  return undefined
}

/**
 * Whether the wanted spelling means the type that is spelled as found: arguments that are left out at the end are taken for the
 * defaults that are there.
 */
export function isSpelling(wanted: string, found: string, depth = MAX_NESTING): boolean {
  if (normal(wanted) === normal(found)) return true
  if (depth === 0) return false
  const ours = brackets(wanted)
  const theirs = brackets(found)
  if (ours === undefined || theirs === undefined) return false
  return (
    normal(ours.before) === normal(theirs.before) &&
    ours.inside.length <= theirs.inside.length &&
    ours.inside.every((argument, index) => isSpelling(argument, theirs.inside[index]!, depth - 1)) &&
    isSpelling(ours.behind, theirs.behind, depth - 1)
  )
}

/** A name without its arguments: `Vec` of `Vec<u8>`. */
export function withoutArguments(name: string): string {
  const open = name.indexOf('<')
  return open <= 0 ? name : name.slice(0, open)
}
