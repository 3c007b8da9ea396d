/**
 * What package internal/godebug keeps of the settings in GODEBUG: src/internal/godebug/godebug.go, src/internal/godebugs/table.go, and
 * src/sync/map.go of Go 1.21 to 1.27. Counts of behaviour that is not the default came with 1.21.
 */
import type { StructContract } from '../further/struct-contract.js'
import type { VariableContract } from '../runtime-contract.js'

export const GODEBUG_STRUCTS = {
  godebugInfo: {
    name: 'internal/godebugs.Info',
    since: 21,
    fields: {
      infoName: { path: 'Name' },
      /** Whether nothing is counted of it. */
      opaque: { path: 'Opaque' },
    },
  },
  godebugSetting: {
    name: 'internal/godebug.setting',
    since: 21,
    fields: {
      nonDefault: { path: 'nonDefault' },
    },
  },
  syncMap: {
    name: 'sync.Map',
    since: 9,
    fields: {
      /** Until 1.23 two maps, of which one is read without a lock; a trie since. */
      read: { path: 'read', until: 23 },
      dirty: { path: 'dirty', until: 23 },
      root: { path: 'm.root', since: 24 },
    },
  },
  hmap: {
    name: 'runtime.hmap',
    until: 23,
    fields: {
      /** Whether the table that it grew out of is as large: bit `SAME_SIZE`. */
      hmapFlags: { path: 'flags', until: 23 },
      /** The logarithm of how many buckets there are. */
      B: { path: 'B', until: 23 },
      buckets: { path: 'buckets', until: 23 },
      oldbuckets: { path: 'oldbuckets', until: 23 },
    },
  },
} as const satisfies Record<string, StructContract>

export const GODEBUG_VARIABLES = {
  /** []Info: all settings there are. */
  godebugsAll: { name: 'internal/godebugs.All', since: 21 },
  /** sync.Map from a setting's name to a *setting: of those that were asked for, or are in GODEBUG. */
  godebugCache: { name: 'internal/godebug.cache', since: 21 },
} as const satisfies Record<string, VariableContract>
