// What bench/dwarf-lines.mjs measures, as peers/dwarf-lines/main.go, by @gospy/dwarf.
import { readFileSync } from 'node:fs'
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'

const [what, path] = process.argv.slice(2)
const pcs =
  what === 'lookups'
    ? readFileSync(0, 'utf8')
        .trim()
        .split('\n')
        .map((text) => BigInt(`0x${text}`))
    : []
const result = {}
const timed = (name, run) => {
  const start = performance.now()
  const value = run()
  result[name] = performance.now() - start
  return value
}
// Loops of their own: V8 keeps what they count in registers.
function walk(reader) {
  let count = 0
  let sum = 0
  while (reader.next()) {
    count++
    sum += reader.line
  }
  return [count, sum]
}
function scan({ length, line }) {
  let sum = 0
  for (let index = 0; index < length; index++) sum += line[index]
  return [length, sum]
}
const dwarf = timed('open', () => {
  const elf = openElf(path)
  return Dwarf.from((name) => elf.debugSource(name), { littleEndian: elf.header.littleEndian })
})
if (what === 'rows' || what === 'columns') {
  result.found = timed('rows', () => {
    let count = 0
    let sum = 0
    for (const unit of dwarf.units()) {
      const table = dwarf.lineTable(unit)
      if (table === undefined) continue
      const [rowsOfTable, sumOfTable] = what === 'rows' ? walk(table.reader()) : scan(table.rows)
      count += rowsOfTable
      sum += sumOfTable
    }
    return `${count} rows, sum of lines ${sum}`
  })
} else {
  const lookup = (pc) => {
    const found = dwarf.fileLine(pc)
    return found === undefined ? '?' : `${found.file}:${found.line ?? 0}`
  }
  const first = timed('first', () => lookup(pcs[0]))
  const others = timed('others', () => pcs.slice(1).map(lookup))
  result.found = [first, ...others]
}
console.log(JSON.stringify(result))
