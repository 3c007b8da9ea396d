/** Mappings, on texts as the kernel writes them and on this very process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FormatError } from '@gospy/bytes'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { openProcess, parseMaps } from '../src/index.js'
import { killTargets, Target } from './helpers/targets.js'

afterAll(killTargets)

// From a Go program, a node process and the manual page, with names that are hard to read put in.
const TEXT = `00400000-00482000 r-xp 00000000 fe:00 18500                              /usr/bin/a program
00482000-00483000 r--p 00082000 103:02 18446744073709551615                  /usr/lib/with\\040backslash and new\\012line
c000000000-c000400000 rw-p 00000000 00:00 0                              [anon: Go: heap]
c000400000-c004000000 ---p 00000000 00:00 0 
00e24000-011f7000 rw-p 00000000 00:00 0                                  [heap]
7f0a00000000-7f0a00001000 rw-s 00001000 00:01 2049                       /memfd:buffers (deleted)
7f0a00001000-7f0a00002000 r--s 80000000 00:05 9                          /dev/dri/card 0 (deleted) (deleted)
7ffc30000000-7ffc30021000 rw-p 00000000 00:00 0                          [stack]
7ffc30055000-7ffc30057000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`

it('decodes every part of a line', () => {
  const maps = parseMaps(TEXT)
  expect(maps).toHaveLength(10)
  expect(maps[0]).toEqual({
    start: 0x400000,
    end: 0x482000,
    readable: true,
    writable: false,
    executable: true,
    shared: false,
    offset: 0,
    device: 'fe:00',
    inode: 18500n,
    path: '/usr/bin/a program',
    deleted: false,
  })
  expect(maps[1]).toMatchObject({ offset: 0x82000, device: '103:02', inode: 2n ** 64n - 1n })
  expect(maps[1]?.path).toBe('/usr/lib/with\\040backslash and new\nline')
  expect(maps[2]?.path).toBe('[anon: Go: heap]')
  expect(maps[3]).toMatchObject({ path: '', readable: false, writable: false, executable: false })
  expect(maps[4]?.path).toBe('[heap]')
  expect(maps[5]).toMatchObject({ path: '/memfd:buffers', deleted: true, shared: true, offset: 0x1000 })
  expect(maps[6]).toMatchObject({ path: '/dev/dri/card 0 (deleted)', deleted: true, offset: 0x8000_0000 })
  // Above 2^53, and exact: the page's last 12 bits are zero.
  expect(BigInt(maps[9]!.start)).toBe(0xffffffffff600000n)
  expect(BigInt(maps[9]!.end)).toBe(0xffffffffff601000n)
})

it('decodes a text without a line end, and no text', () => {
  expect(parseMaps(TEXT.trimEnd())).toEqual(parseMaps(TEXT))
  expect(parseMaps('')).toEqual([])
})

it.each([
  '\n',
  'nonsense\n',
  '00400000-00482000\n',
  '00400000-00482000 r-xp 00000000 fe:00\n',
  '00400000-00482000 rwzp 00000000 fe:00 1 /bin/x\n',
  '00400000-00482000 r-xp 00000000 fe:00 1/bin/x\n',
  '00482000-00400000 r-xp 00000000 fe:00 1 /bin/x\n',
  '11112222333344445-2 r-xp 00000000 fe:00 1 /bin/x\n',
  ` ${TEXT}`,
  `${TEXT}00400000-0048`,
])('says where a text is none: %j', (text) => {
  expect(() => parseMaps(text)).toThrow(FormatError)
  expect(() => parseMaps(text)).toThrow(/^\/proc\/PID\/maps at offset 0x/)
})

it('answers any text with mappings or a FormatError', () => {
  const mutated = fc
    .array(
      fc.tuple(fc.nat(TEXT.length - 1), fc.constantFrom('0', 'f', ' ', '-', '\n', ':', 'r', '/', '\\', '\0', '￿')),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((edits) => edits.reduce((text, [at, by]) => text.slice(0, at) + by + text.slice(at + 1), TEXT))
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
      try {
        for (const { start, end } of parseMaps(text)) expect(end).toBeGreaterThanOrEqual(start)
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError)
      }
    }),
    { numRuns: 4000 },
  )
})

it('takes time in proportion to the text', () => {
  for (const filler of [' ', '0', '\\012', '1 ']) {
    const start = performance.now()
    expect(parseMaps(`00400000-00482000 r-xp 00000000 fe:00 1 ${filler.repeat(300_000)}`).length).toBe(1)
    expect(performance.now() - start).toBeLessThan(1000)
  }
})

it('reads every line of /proc/self/maps', () => {
  const text = readFileSync('/proc/self/maps', 'utf8')
  const lines = text.trimEnd().split('\n')
  const maps = parseMaps(text)
  expect(maps).toHaveLength(lines.length)
  for (const [index, map] of maps.entries()) {
    const words = lines[index]!.split(/\s+/)
    expect(`${map.start.toString(16).padStart(8, '0')}-${map.end.toString(16).padStart(8, '0')}`).toBe(
      // Adding up 64 bits is exact here, printing them as a number in hexadecimal is too.
      words[0],
    )
    expect(map.inode.toString()).toBe(words[4])
  }
  expect(maps.some(({ path }) => path === '[stack]')).toBe(true)
})

it('gives the names of mapped files as they are: a newline, blanks, a backslash', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'procmem '))
  try {
    // The kernel writes only the newline as an escape; a backslash in a name stays one.
    const name = join(folder, 'line one\nline\\040two (deleted)')
    writeFileSync(name, readFileSync('/bin/sleep'), { mode: 0o755 })
    const target = new Target(name, ['100'])
    using process_ = openProcess(target.pid)
    await expect.poll(() => process_.executable).toBe(name)
    expect(process_.executableDeleted).toBe(false)
    // In maps a name that ends so can't be told from a deleted file; the executable can.
    const wanted = name.slice(0, -' (deleted)'.length)
    expect(process_.maps().filter(({ path }) => path === wanted).length).toBeGreaterThan(1)
    rmSync(name)
    expect(process_.executable).toBe(name)
    expect(process_.executableDeleted).toBe(true)
    using file = process_.openExecutable()
    expect(Buffer.compare(file.read(0, file.size), readFileSync('/bin/sleep'))).toBe(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
