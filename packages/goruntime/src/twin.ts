/** Whether a file given with debug data is the same build as the program of the process. */
import type { Section } from '@gospy/elf'
import type { GoBinary } from './go-binary.js'
import { TargetError } from './target-error.js'

/** What debug data describe: code and variables. Equal place and size of each, and equal code, make two builds the same. */
const SAME_PLACE = ['.text', '.noptrdata', '.data', '.bss', '.noptrbss']
/** Only begins at the same place: among the constants is how the program was built, `-ldflags=-s -w` included. */
const SAME_START = '.rodata'

/** @throws TargetError BINARY_MISMATCH when the twin is another program, or another build of it */
export function checkTwin(program: GoBinary, twin: GoBinary): void {
  const mismatch = (what: string) => {
    throw new TargetError(
      'BINARY_MISMATCH',
      `${twin.path} is not the same build as the running program: ${what}`,
      'build it from the same source, by the same Go and with the same flags except -s and -w',
    )
  }
  if (!twin.isGo) mismatch('it is not a Go program')
  if (twin.arch !== program.arch) mismatch(`it is for ${twin.arch}, the program for ${program.arch}`)
  for (const name of SAME_PLACE) {
    const [ours, theirs] = [program.elf.section(name), twin.elf.section(name)]
    if (place(ours) !== place(theirs)) mismatch(`${name} lies at ${place(theirs)} instead of ${place(ours)}`)
  }
  const [ours, theirs] = [program.elf.section(SAME_START)?.address, twin.elf.section(SAME_START)?.address]
  if (ours !== theirs) mismatch(`${SAME_START} begins at ${hex(theirs)} instead of ${hex(ours)}`)
  if (!sameBytes(sectionBytes(program, '.text'), sectionBytes(twin, '.text'))) mismatch('the code differs')
  if (!sameBytes(tableBytes(program), tableBytes(twin))) mismatch('its function table differs')
}

function hex(address: bigint | undefined): string {
  return address === undefined ? 'no place' : `0x${address.toString(16)}`
}

function place(section: Section | undefined): string {
  return section === undefined ? 'no place' : `${hex(section.address)}+0x${section.size.toString(16)}`
}

function sectionBytes({ elf }: GoBinary, name: string): Uint8Array | undefined {
  return elf.section(name)?.data()
}

function tableBytes({ pclntabPlace }: GoBinary): Uint8Array | undefined {
  return pclntabPlace?.source.read(0, pclntabPlace.source.size)
}

function sameBytes(ours: Uint8Array | undefined, theirs: Uint8Array | undefined): boolean {
  if (ours === undefined || theirs === undefined) return ours === theirs
  return ours.length === theirs.length && Buffer.compare(ours, theirs) === 0
}
