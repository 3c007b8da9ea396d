/** A sync.Map in damaged memory: an end is found wherever its nodes lead. What it holds is held against the runtime in heap/all-metrics. */
import { expect, it } from 'vitest'
import { FurtherData } from '../src/further/further-data.js'
import { tableSource } from '../src/further/further-source.js'
import { syncMapPointers } from '../src/godebug/cached-settings.js'
import { FakeMemory } from './fake-memory.js'

const further = (minor: number) =>
  new FurtherData(
    tableSource('amd64', minor, () => undefined),
    minor,
  )
const [MAP, NODE, NAME, TABLE, BUCKET] = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000]
const SETTING = 0x7000
const MOST_READS = 1_000_000

it('ends in a trie whose nodes lead to themselves (Go 1.24)', () => {
  const node = [0, 0, 0, ...new Array(16).fill(NODE)]
  const memory = new FakeMemory().words(MAP, [0, 0, NODE]).words(NODE, node)
  expect(syncMapPointers(memory, MAP, further(24))).toEqual(new Map())
  expect(memory.reads).toBeLessThan(MOST_READS)
})

it('ends in a chain of entries that leads to itself (Go 1.24)', () => {
  const memory = new FakeMemory()
  const root = [0, 0, 0, TABLE, ...new Array(15).fill(0)]
  memory.words(MAP, [0, 0, NODE]).words(NODE, root)
  memory.words(NAME, memory.string(0x6000, 'panicnil'))
  // isEntry, overflow, key, value.
  memory.words(TABLE, [1, TABLE, 0, NAME, 0, SETTING])
  expect(syncMapPointers(memory, MAP, further(24))).toEqual(new Map([['panicnil', SETTING]]))
  expect(memory.reads).toBeLessThan(MOST_READS)
})

it('ends in a bucket that is followed by itself, of a table of any size (Go 1.23)', () => {
  const memory = new FakeMemory()
  // No map to be read without a lock; the other one.
  memory.words(MAP, [0, 0, TABLE])
  // count, and 2 to the power of 255 buckets.
  memory.words(TABLE, [1, 0, BUCKET, 0]).map(TABLE + 9, Uint8Array.of(255))
  const bucket: number[] = new Array(26).fill(0)
  bucket[25] = BUCKET
  memory.words(BUCKET, bucket)
  expect(syncMapPointers(memory, MAP, further(23))).toEqual(new Map())
  expect(memory.reads).toBeLessThan(MOST_READS)
})
