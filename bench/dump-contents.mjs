// Counts in a dump of Go's format; fixtures/go/stacks counts its own in the same way.

/**
 * @param {Buffer} dump
 * @returns bytes of all; goroutines and frames without goroutine 1
 */
export function dumpContents(dump) {
  const text = `\n\n${dump.toString('latin1').trimEnd()}\n\n`
  const first = text.indexOf('\n\ngoroutine 1 ')
  const others = first < 0 ? text : text.slice(0, first) + text.slice(text.indexOf('\n\n', first + 2))
  return {
    bytes: dump.length,
    goroutines: count(others, '\n\ngoroutine '),
    frames: count(others, '\n\t') - count(others, '\ncreated by '),
  }
}

function count(text, part) {
  let found = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found++
  return found
}
