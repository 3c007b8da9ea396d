/**
 * Agrees with Go's own debug/dwarf (`fixtures/oracle/main.go`, run with go1.26) on programs built by Go 1.19 (DWARF 4) and 1.27
 * (DWARF 5): all entries and values, all structs, all package variables.
 */
import { describe, expect, it } from 'vitest'
import { golden, openFixture } from './support/fixture.js'
import { digestUnits, lines, listStructs, nameOf } from './support/go-oracle.js'

describe.each(['go-1.19', 'go-1.27'])('%s, as debug/dwarf reads it', (name) => {
  it('has the same entries with the same values', () => {
    expect(digestUnits(openFixture(name))).toEqual(lines(golden(name, 'entries')))
  })

  it('has the same structs: fields, offsets, sizes, types', () => {
    const dwarf = openFixture(name)
    const ours = listStructs(dwarf)
    const theirs = lines(golden(name, 'structs'))
    expect(ours.length).toBeGreaterThan(2000)
    expect(ours).toEqual(theirs)
  })

  it('finds every variable by name, with the same address and type', () => {
    const dwarf = openFixture(name)
    const theirs = lines(golden(name, 'variables'))
    expect(theirs.length).toBeGreaterThan(200)
    for (const line of theirs) {
      const [variable, bytes, ...type] = line.split(' ')
      const address = Buffer.from(bytes!, 'hex').readBigUInt64LE()
      const found = dwarf.variable(variable!)
      expect(`${variable} ${found.address} ${nameOf(found.type)}`).toBe(`${variable} ${address} ${type.join(' ')}`)
    }
  })

  it('finds every struct by name', () => {
    const dwarf = openFixture(name)
    for (const line of lines(golden(name, 'structs'))) {
      const header = /^(\S.*) (\d+)$/.exec(line)
      if (header === null) continue
      expect(`${header[1]} ${dwarf.struct(header[1]!).size}`).toBe(line)
    }
  })
})
