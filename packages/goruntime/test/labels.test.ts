import { UnreadableMemoryError } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { readLabels as copyLabels, decodeLabels, type Labels, TextBudget } from '../src/labels.js'
import { type LabelsForm, versionFacts } from '../src/version-facts.js'
import { FakeMemory } from './fake-memory.js'

const LABELS = 0xc0_0000_1000
const readLabels = (memory: FakeMemory, pointer: number, form: LabelsForm, text = 1 << 26): Labels =>
  decodeLabels(copyLabels(memory, pointer, form, new TextBudget(text)))
const list = versionFacts(24).labels
const map = versionFacts(23).labels

/** runtime.hmap with one bucket, or 2^log2 of them. */
function hmap(
  memory: FakeMemory,
  count: number,
  options: { log2?: number; buckets: number; old?: number; flags?: number },
) {
  const header = new Uint8Array(48)
  const view = new DataView(header.buffer)
  view.setBigUint64(0, BigInt(count), true)
  header[8] = options.flags ?? 0
  header[9] = options.log2 ?? 0
  view.setBigUint64(16, BigInt(options.buckets), true)
  view.setBigUint64(24, BigInt(options.old ?? 0), true)
  memory.words(LABELS, [0xc0_0000_2000]).map(0xc0_0000_2000, header)
}

let texts = 0xc0_0010_0000
/** A bucket of eight slots: tophash and strings of those that are filled. */
function bucket(
  memory: FakeMemory,
  address: number,
  slots: [tophash: number, key: string, value: string][],
  overflow = 0,
) {
  const bytes = new Uint8Array(8 + 256 + 8)
  const view = new DataView(bytes.buffer)
  slots.forEach(([tophash, key, value], slot) => {
    bytes[slot] = tophash
    ;[key, value].forEach((text, which) => {
      const [pointer, length] = memory.string(texts, text)
      texts += 0x1000
      view.setBigUint64(8 + which * 128 + slot * 16, BigInt(pointer), true)
      view.setBigUint64(8 + which * 128 + slot * 16 + 8, BigInt(length), true)
    })
  })
  view.setBigUint64(264, BigInt(overflow), true)
  memory.map(address, bytes)
}

describe('labels as a list (Go 1.24 and newer)', () => {
  it('reads keys and values', () => {
    const memory = new FakeMemory().words(LABELS, [0xc0_0000_3000, 2, 2])
    const pairs = [
      ...memory.string(0xc0_0000_5000, 'handler'),
      ...memory.string(0xc0_0000_6000, '/api'),
      ...memory.string(0xc0_0000_7000, 'ключ'),
      ...memory.string(0xc0_0000_8000, ''),
    ]
    memory.words(0xc0_0000_3000, pairs)
    expect(readLabels(memory, LABELS, list)).toEqual({ handler: '/api', ключ: '' })
  })

  it('refuses an implausible count and an unmapped list', () => {
    expect(() => readLabels(new FakeMemory().words(LABELS, [1, 1e9, 1e9]), LABELS, list)).toThrow(RangeError)
    expect(() => readLabels(new FakeMemory().words(LABELS, [1, 1, 1]), LABELS, list)).toThrow(UnreadableMemoryError)
    expect(() => readLabels(new FakeMemory(), LABELS, list)).toThrow(UnreadableMemoryError)
  })
})

describe('the text of labels', () => {
  /** As many labels as a list may have, all of one text of 1 MB. */
  function sharedText() {
    const memory = new FakeMemory().words(LABELS, [0xc0_0000_3000, 4096, 4096])
    const text = memory.string(0xc1_0000_0000, 'x'.repeat(1 << 20))
    return memory.words(0xc0_0000_3000, Array.from({ length: 4096 }, () => [...text, ...text]).flat())
  }

  it('is not read beyond what one goroutine may have, however often a string is named', () => {
    const memory = sharedText()
    expect(() => readLabels(memory, LABELS, list)).toThrow('more text than is read')
    expect(memory.reads).toBeLessThan(10)
  })

  it('is not read beyond what all may have together', () => {
    const memory = new FakeMemory().words(LABELS, [0xc0_0000_3000, 1, 1])
    memory.words(0xc0_0000_3000, [...memory.string(0xc0_0000_5000, 'key'), ...memory.string(0xc0_0000_6000, 'value')])
    const all = new TextBudget(12)
    expect(decodeLabels(copyLabels(memory, LABELS, list, all))).toEqual({ key: 'value' })
    expect(() => copyLabels(memory, LABELS, list, all)).toThrow('more text than is read')
  })
})

describe('labels as a map (until Go 1.23)', () => {
  it('reads filled slots of a bucket and of its overflow, not evacuated or empty ones', () => {
    const memory = new FakeMemory()
    hmap(memory, 3, { buckets: 0xc0_0000_4000 })
    bucket(
      memory,
      0xc0_0000_4000,
      [
        [5, 'a', '1'],
        [4, 'gone', ''],
        [200, 'b', '2'],
      ],
      0xc0_0000_9000,
    )
    bucket(memory, 0xc0_0000_9000, [[77, 'c', '3']])
    expect(readLabels(memory, LABELS, map)).toEqual({ a: '1', b: '2', c: '3' })
  })

  it('reads what a map in the middle of growing has not moved yet', () => {
    const memory = new FakeMemory()
    hmap(memory, 2, { log2: 1, buckets: 0xc0_0000_4000, old: 0xc0_0000_a000 })
    bucket(memory, 0xc0_0000_4000, [])
    bucket(memory, 0xc0_0000_4000 + 272, [[9, 'new', 'n']])
    bucket(memory, 0xc0_0000_a000, [[8, 'old', 'o']])
    expect(readLabels(memory, LABELS, map)).toEqual({ new: 'n', old: 'o' })
  })

  it('takes tophash 4 for a filled slot in Go 1.11 only', () => {
    const memory = new FakeMemory()
    hmap(memory, 1, { buckets: 0xc0_0000_4000 })
    bucket(memory, 0xc0_0000_4000, [[4, 'a', '1']])
    expect(readLabels(memory, LABELS, versionFacts(11).labels)).toEqual({ a: '1' })
    expect(() => readLabels(memory, LABELS, map)).toThrow('0 labels where 1 are counted')
  })

  it('ends on a bucket that follows itself', () => {
    const memory = new FakeMemory()
    hmap(memory, 1, { buckets: 0xc0_0000_4000 })
    bucket(memory, 0xc0_0000_4000, [], 0xc0_0000_4000)
    expect(() => readLabels(memory, LABELS, map)).toThrow('never end')
  })
})
