/** How far from its link-time addresses a program was loaded. */
import type { ElfFile } from '@gospy/elf'
import type { AuxiliaryVector } from '@gospy/procmem'
import { TargetError } from './target-error.js'

/**
 * What is added to a link-time address in the process: 0 unless the program is position-independent. The kernel tells the
 * program where its entry point lies (AT_ENTRY), the file where it was linked.
 */
export function loadBias(elf: ElfFile, auxv: AuxiliaryVector): number {
  const entry = auxv.AT_ENTRY
  if (entry === undefined)
    throw new TargetError('BAD_RUNTIME_DATA', 'the process does not say where its program was loaded')
  return entry - Number(elf.header.entry)
}
