// One of the two tasks of bench/dwarf-entries.mjs, by @gospy/dwarf: prints what it saw and how long it took, reading the file included.
// Usage: node dwarf-entries-walk.mjs walk|layout FILE STRUCT
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'

const [task, path, name] = process.argv.slice(2)
const started = performance.now()
const elf = openElf(path)
const dwarf = Dwarf.from((section) => elf.debugSource(section), { littleEndian: elf.header.littleEndian })
const seen = { entries: 0, attributes: 0, characters: 0, size: 0, fields: 0 }
if (task === 'walk') walk()
else layout()
process.stdout.write(`${JSON.stringify({ ...seen, ms: performance.now() - started })}\n`)

function walk() {
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      const values = reader.values()
      seen.entries++
      seen.attributes += values.length
      for (const value of values) if (typeof value === 'string') seen.characters += value.length
    }
  }
}

function layout() {
  const struct = dwarf.struct(name)
  seen.size = struct.size
  // Of every field all that there is to know, as the peer's types have it.
  for (const field of struct.fields) seen.fields += field.offset >= 0 && field.type.kind !== undefined ? 1 : 0
}
