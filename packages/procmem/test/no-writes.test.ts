/** Nothing here can write to a target: not by what is in the sources, not by how its files are open. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { openProcess } from '../src/index.js'
import * as requests from '../src/ptrace/requests.js'
import { type KnownMemory, killTargets, startNode } from './helpers/targets.js'

afterAll(killTargets)

const sources = new URL('../src/', import.meta.url)
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

it('has no request, option or call that writes in its sources', () => {
  expect(files.length).toBeGreaterThan(30)
  const forbidden =
    /PTRACE_?(?:POKE|SET|O_|KILL|CONT|ATTACH|TRACEME)|process_?vm_?writev|EXITKILL|SIGSTOP\b.*kill|writeSync|writeFile|createWriteStream|openSync\((?![^\n]*'r'\))/i
  for (const file of files) {
    const text = readFileSync(new URL(file, sources), 'utf8')
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
    expect(code, file).not.toMatch(forbidden)
  }
})

it('knows six requests of ptrace, and sends signal 0 alone', () => {
  const { NT_PRSTATUS: _, NT_PRFPREG: __, ...numbers } = requests
  // PEEKDATA, DETACH, GETSIGINFO, GETREGSET, SEIZE, INTERRUPT in include/uapi/linux/ptrace.h
  expect(Object.values(numbers).sort((a, b) => a - b)).toEqual([2, 17, 0x4202, 0x4204, 0x4206, 0x4207])
  const kills = files.flatMap((file) => [...readFileSync(new URL(file, sources), 'utf8').matchAll(/\.kill\((.*)\)/g)])
  expect(kills.map((match) => match[1])).toEqual(['pid, 0'])
})

it('opens memory for reading only', async () => {
  const target = startNode('memory-target.mjs')
  const { base } = await target.json<KnownMemory>()
  using process_ = openProcess(target.pid)
  process_.memory.read(base, new Uint8Array(8))
  const open = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === `/proc/${target.pid}/mem`)
  expect(open.length).toBe(1)
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${open[0]}`, 'utf8'))?.[1]
  // O_ACCMODE is the lowest two bits; 0 is O_RDONLY.
  expect(Number.parseInt(flags!, 8) & 3).toBe(0)
  process_.close()
  expect(readdirSync('/proc/self/fd').filter((fd) => linkOf(fd)?.startsWith(`/proc/${target.pid}/`))).toEqual([])
})

/** Undefined for the descriptor by which the folder itself was listed. */
function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOENT')
    return undefined
  }
}
