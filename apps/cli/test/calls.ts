/** Made-up calls, with addresses that can be told beforehand. */
import type { Frame } from '@gospy/goruntime'

/** A call at `offset` bytes into a function that begins at `entry`, in line `offset` of its file. */
export function call(name: string, entry: number, offset: number, others: Partial<Frame> = {}): Frame {
  const pc = entry + offset
  return {
    function: name,
    symbol: name,
    startLine: null,
    file: `/src/${name.split('.')[0]}.go`,
    line: offset,
    pc,
    instruction: pc - 1,
    entry,
    inlined: false,
    funcID: null,
    ...others,
  }
}

export const GOPARK = call('runtime.gopark', 0x1000, 0xce, { funcID: 'gopark' })
export const GOEXIT = call('runtime.goexit', 0x9000, 1, { funcID: 'goexit' })
