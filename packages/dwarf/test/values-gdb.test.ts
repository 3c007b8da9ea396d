/** Values of C, C++ and Rust, and their types, print as GDB 13 prints them, of stopped programs and of files. */
import { Value } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { openValueFixture, parsePrinted, valueFixtureNames } from './support/value-fixture.js'

/** Names of functions and tables that GDB puts behind addresses: nothing that DWARF's types say. */
const SYMBOL = / <(?:vtable for [^>]*|callee|values::callee|[^<>]*\+\d+)>/g

const natives = valueFixtureNames.filter((name) => !name.startsWith('go-'))

describe.each(natives)('%s', (name) => {
  const { dwarf, memory, golden } = openValueFixture(name)
  const printed = parsePrinted(golden).filter(({ print }) => !print.startsWith('error:'))

  it('was looked at', () => expect(printed.length).toBeGreaterThan(20))

  it.each(printed)('$expression', ({ expression, print, type }) => {
    const [head = '', field] = expression.replace('(*values::VALUES)', 'values::VALUES').split(/\.(.*)/s)
    const variable = dwarf.variable(head)
    const whole = Value.at(variable.type, memory, variable.address!)
    const value = field === undefined ? whole : whole.field(field)
    expect(String(value)).toBe(print.replace(SYMBOL, ''))
    expect(value.type.describe()).toBe(type)
  })
})
