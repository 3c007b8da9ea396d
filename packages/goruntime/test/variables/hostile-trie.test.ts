/** A sync.Map whose nodes lead to each other in ways that no trie has is an error, and no search without end. */

import { openProcess } from '@gospy/procmem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullVersion, minorOf } from '../../../../fixtures/builder/toolchains.mjs'
import { GoProcess } from '../../src/go-process.js'
import { syncMapEntries } from '../../src/values/sync-map.js'
import { ChangedMemory } from '../changed-memory.js'
import { buildValues, hasGo, startValues, type ValuesProgram, versions } from './values-program.js'

/** Where nodes lie that are made up, and how far they are apart. */
const MADE_UP = 0x10_0000_0000
const SPACING = 0x1000

const hasTrie = hasGo && minorOf(fullVersion(versions.at(-1)!)) >= 24

describe.skipIf(!hasTrie)(
  `sync.Map out of hostile memory${hasTrie ? '' : ' (skipped: no go, or older than 1.24)'}`,
  () => {
    let program: ValuesProgram
    beforeAll(async () => {
      program = startValues(buildValues(versions.at(-1)!))
      await program.truth()
    }, 120_000)
    afterAll(() => program.stop())

    it('ends where all children of each node are one and the same', () => {
      using process = openProcess(program.pid)
      using go = GoProcess.attach(process)
      const map = go.variables.space(process.memory).variable('main.anyMapSync')!
      // A pointer in an atomic wrapper.
      const root = map.field('m').field('root')
      const node = go.binary.dwarf.findType(/\[(.*)\]$/.exec(root.type.name!)![1]!)!
      const children = node.field('children').offset
      const hostile = new ChangedMemory(process.memory, (address, bytes, count) => {
        if (address === root.address) {
          new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, BigInt(MADE_UP), true)
          return count
        }
        const level = Math.floor((address - MADE_UP) / SPACING)
        if (level < 0 || level > 16) return count
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const start = address - MADE_UP - level * SPACING
        bytes.fill(0)
        for (let at = 0; at + 8 <= bytes.length; at += 8) {
          // Each of 16 children is the node of the next level, of the last level none: 16 to the 16th ways, and no entry.
          if (start + at >= children && level < 16) {
            view.setBigUint64(at, BigInt(MADE_UP + (level + 1) * SPACING), true)
          }
        }
        return bytes.length
      })
      const space = go.variables.space(hostile)
      expect(() => [...syncMapEntries(space, space.variable('main.anyMapSync')!)]).toThrow(/met before/)
    })
  },
)
