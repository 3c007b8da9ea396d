/** Values of C, C++ and Rust, and their types, print as GDB 13 prints them, of stopped programs and of files. */
import { Value } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { openValueFixture, parsePrinted, valueFixtureNames } from './support/value-fixture.js'

/** Names of functions and tables that GDB puts behind addresses: nothing that DWARF's types say. */
const SYMBOL = / <(?:vtable for [^>]*|callee|values::callee|[^<>]*\+\d+)>/g

/** How GDB spells integers that GCC and Clang give another name. */
const SPELLINGS: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/\bshort unsigned int\b/g, 'unsigned short'],
  [/\blong unsigned int\b/g, 'unsigned long'],
  [/\blong long unsigned int\b/g, 'unsigned long long'],
  [/\b(short|long) int\b/g, '$1'],
  [/\bunsigned __int128\b/g, 'unsigned int __int128'],
  // GDB writes template arguments without the spaces that Clang leaves, and const behind what it qualifies.
  [/<const char \*/g, '<char const*'],
  [/, char \*,/g, ', char*,'],
]

/** What GDB 13 prints otherwise for reasons of its own. */
const OTHERWISE: Readonly<Record<string, string>> = {
  v_bit_int: 'any integer of one byte is a character to it',
  v_nullptr: 'it takes nullptr_t for int',
  '(*values::VALUES).boxed': 'it forgets the name of a pointer',
  '(*values::VALUES).function': 'it forgets the name of a pointer',
  '(*values::VALUES).string': 'it prints what a String is made of, here its text is printed',
  '(*values::VALUES).boxed_text': 'it prints what a Box<str> is made of, here its text is printed',
  '(*values::VALUES).vector': 'it prints what a Vec is made of, here its elements are printed',
  '(*values::VALUES).points': 'it prints what a Vec is made of, here its elements are printed',
  '(*values::VALUES).strings': 'it prints what a Vec is made of, here its elements are printed',
  '(*values::VALUES).empty_vector': 'it prints what a Vec is made of, here its elements are printed',
}

const natives = valueFixtureNames.filter((name) => !name.startsWith('go-'))

describe.each(natives)('%s', (name) => {
  const { dwarf, memory, golden, recipe } = openValueFixture(name)
  const printed = parsePrinted(golden).filter(({ print }) => !print.startsWith('error:'))
  const options = recipe.includes('powerpc') ? ({ longDouble: 'double-double' } as const) : {}

  it('was looked at', () => expect(printed.length).toBeGreaterThan(20))

  it.each(printed.filter(({ expression }) => OTHERWISE[expression] === undefined))('$expression', (answer) => {
    const [head = '', field] = answer.expression.replace('(*values::VALUES)', 'values::VALUES').split(/\.(.*)/s)
    const variable = dwarf.variable(head)
    const whole = Value.at(variable.type, memory, variable.address!, options)
    const value = field === undefined ? whole : whole.field(field)
    const print = answer.print
      .replace(SYMBOL, '')
      .replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
      .replace(/nan\(0x0+/, 'nan(0x')
    expect(String(value)).toBe(print)
    const type = SPELLINGS.reduce((text, [ours, theirs]) => text.replace(ours, theirs), value.type.describe())
    expect(type).toBe(answer.type)
  })
})
