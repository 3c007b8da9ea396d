/** GNU readelf's wide text from our reader: notes. */
import { describeGnuProperty, describeNoteType, type ElfFile, ET, type Note, NT, PT, SHT } from '../../src/index.js'
import { hex, visible } from './readelf-text.js'

const HEADING = 'Owner Data size Description'

/** readelf -n */
export function notesText(elf: ElfFile): string[] {
  const sections = elf.header.type === ET.CORE ? [] : elf.sectionsOfType(SHT.NOTE)
  if (sections.length > 0) {
    return sections.flatMap((section) => {
      if (section.size === 0) return []
      const notes = [...elf.notesIn(section)].flatMap((note) => noteText(elf, note))
      return [`Displaying notes found in: ${visible(section.name)}`, HEADING, ...notes]
    })
  }
  return elf.segmentsOfType(PT.NOTE).flatMap((segment) => {
    if (segment.fileSize === 0) return []
    const place = `at file offset 0x${hex(segment.offset, 8)} with length 0x${hex(segment.fileSize, 8)}`
    return [
      `Displaying notes found ${place}:`,
      HEADING,
      ...[...elf.notesIn(segment)].flatMap((note) => noteText(elf, note)),
    ]
  })
}

function noteText(elf: ElfFile, note: Note): string[] {
  const { name, type, description } = note
  const [first = '', ...rest] = contentsText(elf, note)
  const line = `${visible(name) || '(NONE)'} 0x${hex(description.length, 8)} ${describeNoteType(name, type)} ${first}`
  return [line, ...rest]
}

const bytesText = (bytes: Uint8Array) => Array.from(bytes, (byte) => hex(byte, 2)).join(' ')

function contentsText(elf: ElfFile, note: Note): string[] {
  const { name, type, description } = note
  const width = elf.header.class / 4
  if (name === 'GNU') {
    switch (type) {
      case NT.GNU_BUILD_ID:
        return [`Build ID: ${Buffer.from(description).toString('hex')}`]
      case NT.GNU_ABI_TAG: {
        const tag = elf.abiTag()!
        return [`OS: ${tag.osName}, ABI: ${tag.version.join('.')}`]
      }
      case NT.GNU_PROPERTY_TYPE_0:
        return [
          `Properties: ${elf
            .gnuProperties()
            .map((each) => describeGnuProperty(each, elf.header.machine))
            .join(', ')}`,
        ]
      case NT.GNU_GOLD_VERSION:
        return [`Version: ${Buffer.from(description).toString('latin1').replace(/\0.*/s, '')}`]
    }
  }
  if (name === 'stapsdt' && type === NT.STAPSDT) {
    const probe = elf.stapsdtProbes().find((_, index) => elf.notes().filter(isProbe)[index]?.offset === note.offset)!
    const { location, base, semaphore } = probe
    const places = [location, base, semaphore].map((address) => `0x${hex(address, width)}`)
    return [
      `Provider: ${probe.provider}`,
      `Name: ${probe.name}`,
      `Location: ${places[0]}, Base: ${places[1]}, Semaphore: ${places[2]}`,
      `Arguments: ${probe.args}`,
    ]
  }
  if (name === 'FDO' && type === NT.FDO_PACKAGING_METADATA) {
    return [`Packaging Metadata: ${Buffer.from(description).toString().replace(/\0.*/s, '')}`]
  }
  if (name === 'CORE') return []
  return description.length > 0 ? [`description data: ${bytesText(description)}`] : []
}

const isProbe = ({ name, type }: Note) => name === 'stapsdt' && type === NT.STAPSDT
