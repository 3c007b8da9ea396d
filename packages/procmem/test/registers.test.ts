/**
 * The kernel has one order of registers, for ptrace and for core files; what this package knows of it and what @gospy/elf does is the
 * same, though neither imports the other.
 */
import { describe, expect, it } from 'vitest'
import { EM } from '../../elf/src/constants.js'
import { registerNames, specialRegisters } from '../../elf/src/core-registers.js'
import { AMD64 } from '../src/arch/amd64.js'
import { ARM64 } from '../src/arch/arm64.js'

describe.each([
  [AMD64, EM.X86_64],
  [ARM64, EM.AARCH64],
])('registers of $name', ({ registers, pc, sp, fp }, machine) => {
  it('are those of core files', () => {
    expect(registers).toEqual(registerNames(machine, true))
    expect([pc, sp]).toEqual(specialRegisters(machine))
    expect(registers).toContain(fp)
  })
})
