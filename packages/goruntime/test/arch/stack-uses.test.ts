/** Moves into the stack and addresses in it, held against what objdump (GNU binutils) makes of the same code. */
import { execFileSync, spawnSync } from 'node:child_process'
import { openElf } from '@gospy/elf/node'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { stackUses } from '../../src/arch/stack-uses.js'

const AMD64_SIZES: Readonly<Record<string, number>> = { movss: 4, movsd: 8, movb: 1, movw: 2, movl: 4, movq: 8 }

/** `-0x28`, and nothing for 0. */
function offsetOf(text: string): number {
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text)
}

/** Bytes of a register by its name in AT&T's syntax. */
function sizeOfRegister(name: string): number {
  if (/^xmm/.test(name)) return 16
  if (/^r(\d+|[a-z]{2})$/.test(name)) return 8
  if (/^(e..|r\d+d)$/.test(name)) return 4
  return /^([a-d]x|[sd]i|[sb]p|r\d+w)$/.test(name) ? 2 : 1
}

function amd64Line(text: string): string | undefined {
  const address = /^lea\s+(-?0x[0-9a-f]+|)\(%rsp\),/.exec(text)
  if (address !== null) return `address ${offsetOf(address[1]!)} 0`
  const store = /^(mov[a-z]*)\s+(\S+),(-?0x[0-9a-f]+|)\(%rsp\)$/.exec(text)
  if (store === null) return undefined
  const [, name, source, offset] = store
  const register = /^%(\w+)$/.exec(source!)?.[1]
  const size = AMD64_SIZES[name!] ?? (register === undefined ? 0 : sizeOfRegister(register))
  return `store ${offsetOf(offset!)} ${name === 'movq' ? 8 : name === 'movd' ? 4 : size}`
}

function arm64Line(text: string): string | undefined {
  const address = /^(?:add\s+x\d+, sp, #(0x[0-9a-f]+)(, lsl #12)?|mov\s+x\d+, sp)$/.exec(text)
  if (address !== null) return `address ${Number(address[1] ?? 0) * (address[2] === undefined ? 1 : 4096)} 0`
  const store = /^(str|stur|strb|strh|sturb|sturh|stp)\s+([a-z])\w+,(?: [a-z]\w+,)? \[sp(?:, #(-?\d+))?\]$/.exec(text)
  if (store === null) return undefined
  const [, name, kind, offset] = store
  const one = { w: 4, x: 8, b: 1, h: 2, s: 4, d: 8, q: 16 }[kind!]!
  const size = /b$/.test(name!) ? 1 : /h$/.test(name!) ? 2 : name === 'stp' ? one * 2 : one
  return `store ${Number(offset ?? 0)} ${size}`
}

/** By address: `store OFFSET SIZE` and `address OFFSET 0`. */
function disassembled(objdump: string, path: string, parse: (text: string) => string | undefined): Map<number, string> {
  const text = execFileSync(objdump, ['-d', '-j', '.text', path], { maxBuffer: 2 ** 30, encoding: 'latin1' })
  const found = new Map<number, string>()
  for (const line of text.split('\n')) {
    const match = /^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*?)\s*$/.exec(line)
    const use = match && parse(match[2]!.replace(/^mov\s+xzr/, 'mov').trim())
    if (use) found.set(Number.parseInt(match[1]!, 16), use)
  }
  return found
}

const MACHINES = [
  ['amd64', 'objdump', amd64Line],
  ['arm64', 'aarch64-linux-gnu-objdump', arm64Line],
] as const

describe.each(MACHINES)('of %s', (arch, objdump, parse) => {
  const fixture = prebuilt().find(({ name }) => name.startsWith(`states-go1.27.4-${arch}-exe`))
  const hasObjdump = spawnSync(objdump, ['--version']).status === 0
  it.skipIf(!hasObjdump || fixture === undefined)(
    `as ${objdump} decodes them (skipped without it)`,
    () => {
      const path = fixturePath(fixture!)
      const text = openElf(path).section('.text')!
      const theirs = disassembled(objdump, path, parse)
      const start = Number(text.address)
      const ours = stackUses(arch, text.data()!).map(
        ({ kind, at, offset, size }) => [start + at, `${kind} ${offset} ${size}`] as const,
      )
      const wrong = ours.filter(([address, use]) => theirs.get(address) !== use)
      const known = new Map(ours)
      const missing = [...theirs].filter(([address]) => !known.has(address))
      const shown = (list: readonly (readonly [number, string])[]) =>
        list.slice(0, 10).map(([address, use]) => `${address.toString(16)} ${use}, not ${theirs.get(address)}`)
      expect(shown(wrong)).toEqual([])
      expect(shown(missing)).toEqual([])
      expect(ours.length).toBeGreaterThan(5000)
    },
    120_000,
  )
})
