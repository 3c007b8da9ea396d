/** Bytes to text, and finding bytes: with Node's fast paths where there is a Node, with the web's otherwise. */

/** The part of Node's Buffer that is used here. */
interface NodeBuffer {
  toString(encoding: 'utf8' | 'latin1', start: number, end: number): string
  indexOf(value: Uint8Array, byteOffset: number): number
  lastIndexOf(value: Uint8Array, byteOffset: number): number
}
interface NodeBufferConstructor {
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): NodeBuffer
}

// Looked up rather than imported: these packages also run in a browser.
const NodeBufferClass = (globalThis as { Buffer?: NodeBufferConstructor }).Buffer
// A byte order mark is text like any other here, as it is to Buffer.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Below this length a loop over character codes beats any call into native code. */
const SHORT = 12

// Buffers over the same memory, one for each array ever asked about and still in use.
const buffers = new WeakMap<Uint8Array, NodeBuffer>()

function nodeBuffer(bytes: Uint8Array): NodeBuffer | undefined {
  if (NodeBufferClass === undefined) return undefined
  let buffer = buffers.get(bytes)
  if (buffer === undefined) {
    buffer = NodeBufferClass.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    buffers.set(bytes, buffer)
  }
  return buffer
}

/** The UTF-8 text in `bytes[start, end)`; malformed sequences become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= SHORT) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte >= 0x80) break
      text += String.fromCharCode(byte)
    }
    if (at >= end) return text
  }
  const buffer = nodeBuffer(bytes)
  return buffer === undefined ? utf8.decode(bytes.subarray(start, end)) : buffer.toString('utf8', start, end)
}

/** One character for each byte of `bytes[start, end)`. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const buffer = nodeBuffer(bytes)
  if (buffer !== undefined) return buffer.toString('latin1', start, end)
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

/** Offset of the first occurrence of `needle` in `bytes` at or after `from`, or -1. */
export function indexOfBytes(bytes: Uint8Array, needle: Uint8Array, from = 0): number {
  const buffer = nodeBuffer(bytes)
  if (buffer !== undefined) return buffer.indexOf(needle, from)
  const first = needle[0]
  if (first === undefined) return from <= bytes.length ? from : -1
  let at = bytes.indexOf(first, from)
  while (at >= 0 && !needle.every((byte, index) => bytes[at + index] === byte)) at = bytes.indexOf(first, at + 1)
  return at
}

/** Offset of the last occurrence of `needle` in `bytes` that begins at or before `from`, or -1. */
export function lastIndexOfBytes(bytes: Uint8Array, needle: Uint8Array, from = bytes.length - needle.length): number {
  if (from < 0 || needle.length > bytes.length) return -1
  const buffer = nodeBuffer(bytes)
  if (buffer !== undefined) return buffer.lastIndexOf(needle, from)
  const last = needle.length - 1
  const end = needle[last]
  if (end === undefined) return Math.min(from, bytes.length)
  // By the last byte, for a NUL at the end is rarer than a letter at the beginning.
  let at = bytes.lastIndexOf(end, from + last) - last
  while (at >= 0 && !needle.every((byte, index) => bytes[at + index] === byte)) {
    at = at + last === 0 ? -1 : bytes.lastIndexOf(end, at + last - 1) - last
  }
  return at < 0 ? -1 : at
}
