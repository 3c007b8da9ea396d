import { FileSource } from '@gospy/bytes/node'
import { it } from 'vitest'
import { GoBinary } from '../../src/index.js'

it.each(['1.13.15-arm64-pie', '1.13.15-amd64-pie', '1.11.13-arm64-pie', '1.11.13-amd64-pie'])('%s', (n) => {
  const path = `${process.cwd()}/fixtures/build/states-go${n}`
  const b = new GoBinary(new FileSource(path), path)
  console.log(n, JSON.stringify(b.goVersion), JSON.stringify(b.buildInfo), b.debugData, b.minor)
  const s = b.elf.symbols().find('runtime.buildVersion')!
  console.log(s.address.toString(16), Buffer.from(b.elf.readAt(s.address, 16) ?? []).toString('hex'))
  console.log(
    b.dwarf
      .units()
      .slice(0, 3)
      .map((u) => u.producer),
    b.pclntabPlace?.foundBy,
    b.pclntab.maxPc,
    b.pclntab.functionCount,
  )
})
