// A process whose memory is known: prints where it lies as one line of JSON, then answers each line "ping" with "pong".
import { createRequire } from 'node:module'

const koffi = createRequire(import.meta.url)('koffi')
const libc = koffi.load(null)
const mmap = libc.func('mmap', 'long', ['long', 'long', 'int', 'int', 'int', 'long'])
const munmap = libc.func('munmap', 'int', ['long', 'long'])
const mprotect = libc.func('mprotect', 'int', ['long', 'long', 'int'])
const memcpy = libc.func('memcpy', 'long', ['long', 'void *', 'long'])
const pageSize = libc.func('getpagesize', 'int', [])()

const PROT_READ_WRITE = 3
const MAP_PRIVATE_ANONYMOUS = 0x22
const pages = 32
const length = pages * pageSize
const base = Number(mmap(0, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0))
if (base < 0) throw new Error('mmap failed')
const content = Buffer.alloc(length)
// The same formula stands in helpers/targets.ts.
for (let index = 0; index < length; index++) content[index] = (index * 31 + (index >>> 8) * 7) & 0xff
memcpy(base, content, length)
// Pages 8, 20 and 21 are holes; page 26 keeps its content but may not be touched by the process itself.
const holes = [8, 20, 21]
for (const hole of holes) if (munmap(base + hole * pageSize, pageSize) !== 0) throw new Error('munmap failed')
const protectedPage = 26
if (mprotect(base + protectedPage * pageSize, pageSize, 0) !== 0) throw new Error('mprotect failed')

const text = Buffer.from('what the process itself says its memory holds')
console.log(
  JSON.stringify({
    base,
    pageSize,
    pages,
    holes,
    protectedPage,
    textAddress: Number(koffi.address(text)),
    text: text.toString(),
  }),
)
process.stdin.on('data', (data) => {
  for (const line of data.toString().split('\n')) if (line === 'ping') console.log('pong')
})
process.stdin.on('end', () => process.exit())
