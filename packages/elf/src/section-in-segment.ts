/** Which sections a segment is made of: the rule of GNU readelf and the linker (binutils, include/elf/internal.h). */
import { PT, SHF, SHT } from './constants.js'
import type { Section } from './section.js'
import type { Segment } from './segment.js'

/** Segments that have sections with SHF_ALLOC alone. */
const LOADED: readonly number[] = [PT.LOAD, PT.DYNAMIC, PT.GNU_EH_FRAME, PT.GNU_STACK, PT.GNU_RELRO, PT.GNU_SFRAME]
/** Segments that may have sections with SHF_TLS. */
const WITH_TLS: readonly number[] = [PT.TLS, PT.LOAD, PT.GNU_RELRO]

/**
 * Whether a section lies in a segment, by its place in the file and by its address. An empty section at an edge belongs
 * to what begins there.
 */
export function sectionInSegment(section: Section, segment: Segment): boolean {
  const { flags, type } = section
  const isTls = (flags & SHF.TLS) !== 0
  if (isTls ? !WITH_TLS.includes(segment.type) : segment.type === PT.TLS || segment.type === PT.PHDR) return false
  // `.tbss` takes room in no segment but PT_TLS.
  if (isTls && type === SHT.NOBITS && segment.type !== PT.TLS) return false
  const isLoaded = (flags & SHF.ALLOC) !== 0
  if (!isLoaded && LOADED.includes(segment.type)) return false
  const { size } = section
  const fromStart = section.offset - segment.offset
  if (type !== SHT.NOBITS && !isWithin(fromStart, size, segment.fileSize)) return false
  const distance = section.address - segment.address
  if (isLoaded && !isWithin(Number(distance), size, segment.memorySize)) return false
  if ((segment.type !== PT.DYNAMIC && segment.type !== PT.NOTE) || size > 0 || segment.memorySize === 0) return true
  // Nothing empty at the start or end of these.
  const isInside = (at: number, length: number) => at > 0 && at < length
  if (type !== SHT.NOBITS && !isInside(fromStart, segment.fileSize)) return false
  return !isLoaded || isInside(Number(distance), segment.memorySize)
}

/** In an empty segment anything may begin at its very address. */
function isWithin(start: number, size: number, length: number): boolean {
  return start >= 0 && (length === 0 || start <= length - 1) && start + size <= length
}
