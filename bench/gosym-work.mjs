// One contestant of bench/gosym.mjs, in a process of its own: the work of peers/gosym/main.go with @gospy/elf and @gospy/gosym.
// node gosym-work.mjs all|one|one-in-memory|pcs BINARY PC|PCS
import { writeFileSync } from 'node:fs'
import { openElf } from '@gospy/elf/node'
import { PclnTable } from '@gospy/gosym'

const [, , what, path, argument] = process.argv

const started = performance.now()
const elf = openElf(path)
const section = elf.section('.gopclntab')
const { offset, size } = section
// For one look-up the table reads what it needs; else all of it is read first, as Go does.
const input = what === 'one' ? { size, read: (at, length) => elf.source.read(offset + at, length) } : section.data()
const textStart = elf.section('.text').address
const read = performance.now()
const table = PclnTable.parse(input, { textStart })
let sum = 0
if (what === 'pcs') {
  const pcs = []
  for (const func of table.functions()) for (const { start } of func.lineRanges()) pcs.push(BigInt(start))
  writeFileSync(argument, BigUint64Array.from(pcs))
} else if (what.startsWith('one')) {
  const found = table.lookup(Number.parseInt(argument, 16))
  sum = (found.line ?? 0) + (found.file ?? '').length + found.function.charCodeAt(0)
} else {
  for (const func of table.functions()) {
    const initial = func.name.charCodeAt(0)
    for (const { file, line } of func.lineRanges()) sum += (line ?? 0) + (file ?? '').length + initial
  }
}
const done = performance.now()
process.stdout.write(`${(read - started).toFixed(3)} ${(done - read).toFixed(3)} ${sum}\n`)
