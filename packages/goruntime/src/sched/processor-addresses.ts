/** `runtime.allp`: a slice since Go 1.10, before that an array whose unused end is nil. */
import type { MemoryReader } from '@gospy/bytes'
import { readWord } from '../go-string.js'

const SLICE = 24
/** GOMAXPROCS is limited by memory alone; more are not looked at. */
const MOST_PS = 1 << 16

/**
 * @param address of the variable in the process
 * @param size of the variable, which tells a slice from an array
 * @returns undefined where it cannot be read
 */
export function processorAddresses(memory: MemoryReader, address: number, size: number): number[] | undefined {
  let [array, count] = [address, size / 8]
  if (size === SLICE) {
    const header = words(memory, address, 2)
    if (header === undefined || !(header[1]! <= MOST_PS)) return undefined
    ;[array, count] = [header[0]!, header[1]!]
  }
  const all = words(memory, array, count)
  const end = all?.indexOf(0) ?? -1
  return end < 0 ? all : all?.slice(0, end)
}

function words(memory: MemoryReader, address: number, count: number): number[] | undefined {
  const bytes = new Uint8Array(count * 8)
  if (memory.read(address, bytes) !== bytes.length) return undefined
  const view = new DataView(bytes.buffer)
  return Array.from({ length: count }, (_, index) => readWord(view, index * 8))
}
