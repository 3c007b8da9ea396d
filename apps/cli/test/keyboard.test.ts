/** Keys from bytes: in whatever pieces these come, the keys are the same. */
import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Keyboard } from '../src/top/keyboard.js'

/** What is heard of these pieces; a key that is no character stands in angle brackets, pasted text in square ones. */
async function heard(pieces: readonly Uint8Array[]): Promise<string> {
  let text = ''
  const input = Object.assign(new PassThrough(), { setRawMode: () => input }) as unknown as ReadStream & PassThrough
  const keyboard = new Keyboard(input, {
    key: (name, isCharacter) => {
      text += isCharacter ? name : `<${name}>`
    },
    paste: (pasted) => {
      text += `[${pasted}]`
    },
  })
  keyboard.open()
  for (const piece of pieces) input.write(piece)
  await new Promise((resolve) => setImmediate(resolve))
  keyboard.close()
  return text
}

const KEYS: readonly (readonly [sent: string, heard: string])[] = [
  ['a', 'a'],
  ['G', 'G'],
  [' ', ' '],
  ['?', '?'],
  ['é', 'é'],
  ['日', '日'],
  ['👩', '👩'],
  ['\r', '<return>'],
  ['\n', '<enter>'],
  ['\t', '<tab>'],
  ['\x7f', '<backspace>'],
  ['\b', '<backspace>'],
  ['\x03', '<ctrl-c>'],
  ['\x15', '<ctrl-u>'],
  ['\x1b[A', '<up>'],
  ['\x1bOB', '<down>'],
  ['\x1b[6~', '<pagedown>'],
  ['\x1b[H', '<home>'],
  ['\x1bOF', '<end>'],
  // The console of Linux, xterm, rxvt.
  ['\x1b[[A', '<f1>'],
  ['\x1bOP', '<f1>'],
  ['\x1b[11~', '<f1>'],
  ['\x1b[1;5C', '<ctrl-right>'],
  ['\x1bx', '<escape>x'],
  ['\x1bG', '<escape>G'],
  ['\x1b\r', '<escape><return>'],
  ['\x1b\x1b[B', '<escape><down>'],
  ['\x1b[200~q\rq\x1b[201~', '[q\rq]'],
]

it.each(KEYS)('%j is %j', async (sent, name) => {
  expect(await heard([Buffer.from(sent)])).toBe(name)
})

it('hears the same in whatever pieces it comes', async () => {
  const keys = fc.array(fc.constantFrom(...KEYS), { maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(keys, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), async (chosen, sizes) => {
      const bytes = Buffer.from(chosen.map(([sent]) => sent).join(''))
      const pieces: Uint8Array[] = []
      for (let at = 0; at < bytes.length; ) {
        const size = sizes.next().value
        pieces.push(bytes.subarray(at, at + size))
        at += size
      }
      expect(await heard(pieces)).toBe(chosen.map(([, name]) => name).join(''))
    }),
  )
})

it('comes to an end of any bytes, and hears what follows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 8 }), async (pieces) => {
      // Ends whatever was begun: a paste, a sequence, a character of several bytes.
      const end = Buffer.from('\x1b[201~~~~qq')
      expect(await heard([...pieces, end])).toMatch(/q$/)
    }),
  )
})

it('takes an escape character that nothing follows for the key', async () => {
  const input = Object.assign(new PassThrough(), { setRawMode: () => input }) as unknown as ReadStream & PassThrough
  const key = await new Promise((resolve) => {
    new Keyboard(input, { key: resolve, paste: () => undefined }).open()
    input.write('\x1b')
  })
  expect(key).toBe('escape')
})
