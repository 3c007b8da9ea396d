import type { MemoryReader } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { type Follower, GoroutineCopy, STABLE, TORN, UNREADABLE } from '../src/goroutine-copy.js'
import { WordPlan } from '../src/goroutine-words.js'
import { sortedOrder } from '../src/sorted-order.js'
import { FakeMemory } from './fake-memory.js'

const BASE = 0xc0_0000_0000
const plan = new WordPlan({
  size: 64,
  fields: { goid: { offset: 8, size: 8 }, atomicstatus: { offset: 16, size: 4 }, waitreason: { offset: 41, size: 1 } },
})
const goid = plan.requiredReader('goid')
const status = plan.requiredReader('atomicstatus')
const waitreason = plan.requiredReader('waitreason')

/** A g whose bytes can be changed while it is mapped. */
function g(id: number) {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  view.setUint32(8, id, true)
  return {
    bytes,
    set: (value: number) => view.setUint32(16, value, true),
    reason: (value: number) => view.setUint8(41, value),
  }
}

const none = new Uint32Array(0)
const nothing = () => none

/** A look of a series at a process that runs, or stands still. */
function look(
  copy: GoroutineCopy,
  memory: MemoryReader,
  list: number[],
  {
    doubt = nothing,
    follow = nothing,
    confirm = nothing,
    stopped = false,
  }: Partial<Follower> & { stopped?: boolean } = {},
) {
  const addresses = Float64Array.from(list)
  copy.turnTo(memory, addresses, sortedOrder(addresses))
  return [...(stopped ? copy.readStopped({ doubt, follow }) : copy.readRunning({ doubt, follow, confirm }))]
}

/** The first look. */
function copyOf(memory: MemoryReader, addresses: number[], how: Parameters<typeof look>[3] = {}): GoroutineCopy {
  const copy = new GoroutineCopy(plan)
  look(copy, memory, addresses, how)
  return copy
}

describe('GoroutineCopy', () => {
  it('copies the words of the fields, and nothing else', () => {
    expect([...plan.offsets]).toEqual([2, 3, 4, 10])
    const one = g(7)
    one.set(4)
    one.reason(19)
    const memory = new FakeMemory().map(BASE, one.bytes)
    const copy = copyOf(memory, [BASE], { stopped: true })
    expect([goid(copy.words, 0), status(copy.words, 0), waitreason(copy.words, 0)]).toEqual([7, 4, 19])
    expect(memory.reads).toBe(1)
  })

  it('looks twice at a process that runs, and follows the pointers in between', () => {
    const one = g(1)
    const memory = new FakeMemory().map(BASE, one.bytes)
    const followedAt: number[] = []
    const follow = () => {
      followedAt.push(memory.reads)
      return none
    }
    const copy = copyOf(memory, [BASE], { follow })
    expect(followedAt).toEqual([1])
    expect(memory.reads).toBe(2)
    expect(copy.states[0]).toBe(STABLE)
  })

  it('looks again at what changed, and only at that', () => {
    const [calm, restless] = [g(1), g(2)]
    const memory = new FakeMemory().map(BASE, calm.bytes).map(BASE + 100_000, restless.bytes)
    const rows: number[][] = []
    const follow = (changed: Uint32Array) => {
      rows.push([...changed])
      if (rows.length === 1) restless.set(1)
      return none
    }
    const copy = copyOf(memory, [BASE, BASE + 100_000], { follow })
    expect(rows).toEqual([[0, 1], [1]])
    expect([...copy.states]).toEqual([STABLE, STABLE])
    expect(status(copy.words, plan.width)).toBe(1)
  })

  it('marks what keeps changing as torn', () => {
    const one = g(1)
    let moment = 0
    const memory = new FakeMemory().map(BASE, one.bytes)
    memory.beforeRead = () => one.set(++moment)
    const copy = copyOf(memory, [BASE])
    expect(copy.states[0]).toBe(TORN)
  })

  it('finds many of one moment each that all run once while all are looked at', () => {
    const count = 10_000
    const bytes = new Uint8Array(64 * count)
    const view = new DataView(bytes.buffer)
    const memory = new FakeMemory().map(BASE, bytes)
    const addresses = Array.from({ length: count }, (_, index) => BASE + 64 * index)
    // To follow one takes one tick, and each runs when as many as there are have passed: one after the other.
    let ticks = 0
    const follow = (rows: Uint32Array) => {
      for (let end = ticks + rows.length; ticks < end; ticks++) {
        const at = 64 * (ticks % count) + 16
        view.setUint32(at, view.getUint32(at, true) + 1, true)
      }
      return none
    }
    const copy = copyOf(memory, addresses, { follow })
    expect(copy.states.filter((state) => state !== STABLE).length).toBe(0)
    expect(ticks).toBeLessThan(4 * count)
  })

  it('looks again at what contradicts itself, and marks it as torn if it keeps doing so', () => {
    const memory = new FakeMemory().map(BASE, g(1).bytes).map(BASE + 100_000, g(2).bytes)
    const rows: number[][] = []
    const follow = (seen: Uint32Array) => {
      rows.push([...seen])
      return Uint32Array.of(1)
    }
    const copy = copyOf(memory, [BASE, BASE + 100_000], { follow })
    expect(rows.slice(0, 3)).toEqual([[0, 1], [1], [1]])
    expect([...copy.states]).toEqual([STABLE, TORN])
    const stopped = copyOf(memory, [BASE, BASE + 100_000], { follow: () => Uint32Array.of(1), stopped: true })
    expect([...stopped.states]).toEqual([STABLE, STABLE])
  })

  it('marks what cannot be read, in either mode, and goes on', () => {
    const memory = new FakeMemory().map(BASE, g(1).bytes)
    for (const stopped of [false, true]) {
      const copy = copyOf(memory, [BASE + 100_000, BASE], { stopped })
      expect([...copy.states]).toEqual([UNREADABLE, STABLE])
      expect(goid(copy.words, plan.width)).toBe(1)
    }
  })

  it('marks what vanishes between two looks as unreadable', () => {
    const one = g(1)
    const bytes = { map: new FakeMemory().map(BASE, one.bytes) }
    const memory = {
      read: (address: number, into: Uint8Array) => bytes.map.read(address, into),
      readRanges: () => {},
    }
    const follow = () => {
      bytes.map = new FakeMemory()
      return none
    }
    const copy = copyOf(memory, [BASE], { follow })
    expect(copy.states[0]).toBe(UNREADABLE)
  })
})

describe('GoroutineCopy, look after look', () => {
  const list = [BASE, BASE + 100_000, BASE + 200_000]
  const gs = () => [g(1), g(2), g(3)]
  const mapped = (objects: ReturnType<typeof g>[]) => {
    const memory = new FakeMemory()
    objects.forEach(({ bytes }, index) => {
      memory.map(list[index]!, bytes)
    })
    return memory
  }

  it.each([false, true])('follows what has changed, what is new, and nothing else (stopped: %s)', (stopped) => {
    const objects = gs()
    const memory = mapped(objects)
    const copy = new GoroutineCopy(plan)
    const followed: number[][] = []
    const follow = (rows: Uint32Array) => {
      followed.push([...rows])
      return none
    }
    const how = { stopped, follow }
    expect(look(copy, memory, list.slice(0, 2), how)).toEqual([0, 1])
    expect(look(copy, memory, list.slice(0, 2), how)).toEqual([])
    objects[1]!.set(4)
    expect(look(copy, memory, list, how)).toEqual([1, 2])
    expect(status(copy.words, plan.width)).toBe(4)
    expect(followed.filter(({ length }) => length > 0)).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  it('asks about what is unchanged, and follows that which is doubtful', () => {
    const objects = gs()
    const memory = mapped(objects)
    const copy = new GoroutineCopy(plan)
    const asked: number[][] = []
    const doubt = (rows: Uint32Array) => {
      asked.push([...rows])
      return Uint32Array.of(2)
    }
    look(copy, memory, list, { doubt })
    objects[0]!.set(4)
    expect(look(copy, memory, list, { doubt })).toEqual([0, 2])
    expect(asked).toEqual([[1, 2]])
  })

  it('reads those that are doubtful in the order of their addresses, whatever order they are named in', () => {
    const memory = new FakeMemory()
    const addresses = [BASE, BASE + 64, BASE + 128, BASE + 192]
    addresses.forEach((address, row) => {
      const one = g(row + 1)
      one.set(4)
      memory.map(address, one.bytes)
    })
    const copy = copyOf(memory, addresses)
    const followed: number[][] = []
    const follow = (rows: Uint32Array) => {
      followed.push([...rows])
      return none
    }
    expect(look(copy, memory, addresses, { doubt: () => Uint32Array.of(3, 0, 2), follow })).toEqual([0, 2, 3])
    const confirm = (rows: Uint32Array) => (rows.length === 3 ? Uint32Array.of(2, 0) : none)
    look(copy, memory, addresses, { doubt: () => Uint32Array.of(3, 0, 2), follow, confirm })
    expect(followed).toEqual([
      [0, 2, 3],
      [0, 2, 3],
      [0, 2],
    ])
    expect(addresses.map((_, row) => goid(copy.words, row * plan.width))).toEqual([1, 2, 3, 4])
    expect([...copy.states]).toEqual([STABLE, STABLE, STABLE, STABLE])
  })

  it('looks again at what was torn, though it has not changed since', () => {
    const objects = gs()
    const memory = mapped(objects)
    const copy = new GoroutineCopy(plan)
    look(copy, memory, list, { follow: () => Uint32Array.of(1) })
    expect(copy.states[1]).toBe(TORN)
    expect(look(copy, memory, list)).toEqual([1])
    expect(copy.states[1]).toBe(STABLE)
    expect(look(copy, memory, list)).toEqual([])
  })

  it('says once that what it knew can no longer be read, and again that it can', () => {
    const objects = gs()
    const memory = mapped(objects)
    const copy = new GoroutineCopy(plan)
    look(copy, memory, list)
    const without = new FakeMemory().map(list[0]!, objects[0]!.bytes)
    expect(look(copy, without, list)).toEqual([1, 2])
    expect([...copy.states]).toEqual([STABLE, UNREADABLE, UNREADABLE])
    expect(look(copy, without, list)).toEqual([])
    expect(look(copy, memory, list)).toEqual([1, 2])
    expect([...copy.states]).toEqual([STABLE, STABLE, STABLE])
    expect(goid(copy.words, plan.width)).toBe(2)
  })
})
