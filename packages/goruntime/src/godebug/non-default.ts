/** How often settings in GODEBUG made the program behave otherwise than by default, as runtime/metrics tells it since Go 1.21. */
import { type MemoryReader, readExactly, readPointers, UnreadableMemoryError } from '@gospy/bytes'
import type { FurtherData } from '../further/further-data.js'
import { nameAt, syncMapPointers } from './cached-settings.js'

/** More settings than there are. */
const MOST_SETTINGS = 1024
/** Looks at what is changed meanwhile. */
const LOOKS = 3

export interface GodebugSource {
  readonly memory: MemoryReader
  /** What is added to link-time addresses. */
  readonly bias: number
  readonly further: FurtherData
}

/** What the names of the figures begin with. */
export const NON_DEFAULT = '/godebug/non-default-behavior/'
/** The minor version that brought them. */
export const FIRST_WITH_GODEBUG = 21

/**
 * By the name of the setting: of all that are counted, also of those that were never asked for, which is 0.
 * @returns why they are not known
 */
export function nonDefaultCounts({ memory, bias, further }: GodebugSource): ReadonlyMap<string, number> | string {
  const [all, cache] = [further.variable('godebugsAll'), further.variable('godebugCache')]
  if (all === undefined || cache === undefined) {
    return (
      further.unknownBecause ??
      'not found in the process, which it may lack: internal/godebugs.All, internal/godebug.cache'
    )
  }
  for (let look = 1; ; look++) {
    try {
      return read(memory, all.address + bias, cache.address + bias, further) ?? 'what it is kept in is not known'
    } catch (error) {
      if (!(error instanceof UnreadableMemoryError)) throw error
      if (look === LOOKS) return error.message
    }
  }
}

function read(
  memory: MemoryReader,
  all: number,
  cache: number,
  further: FurtherData,
): ReadonlyMap<string, number> | undefined {
  const { size, fields } = further.struct('godebugInfo')
  const { nonDefault } = further.struct('godebugSetting').fields
  const settings = syncMapPointers(memory, cache, further)
  if (settings === undefined || nonDefault === undefined) return undefined
  if (fields.infoName === undefined || fields.opaque === undefined) return undefined
  const counts = new Map<string, number>()
  const [array, length] = readPointers(memory, all, 2)
  if (!(length! <= MOST_SETTINGS)) return undefined
  for (let index = 0; index < length!; index++) {
    const info = array! + index * size
    if (readExactly(memory, info + fields.opaque.offset, 1)[0] !== 0) continue
    const name = nameAt(memory, info + fields.infoName.offset)
    if (name === undefined) return undefined
    const setting = settings.get(name)
    const count = setting === undefined ? 0 : readPointers(memory, setting + nonDefault.offset, 1)[0]!
    if (Number.isNaN(count)) return undefined
    counts.set(name, count)
  }
  return counts
}
