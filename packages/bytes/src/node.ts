/** What needs Node: files as a ByteSource. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type ByteSource, checkRange } from './byte-source.js'
import { FormatError } from './format-error.js'

/** One system call reads less than 2 GiB. */
const MAX_READ = 1 << 30

/**
 * A file, read by position: nothing is read that is not asked for, and files above 2 GiB are no different from others.
 * Also works on `/proc/PID/exe`, whose target may be deleted or in another mount namespace.
 */
export class FileSource implements ByteSource {
  readonly path: string
  readonly size: number
  #fd: number | undefined

  /** @throws the error of `node:fs` (ENOENT, EACCES, …) when the file cannot be opened */
  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'r')
    try {
      const stats = fstatSync(this.#fd)
      // Opening a folder succeeds, reading it does not.
      if (stats.isDirectory())
        throw Object.assign(new Error(`EISDIR: is a folder, open '${path}'`), { code: 'EISDIR', path, syscall: 'open' })
      this.size = stats.size
    } catch (error) {
      this.close()
      throw error
    }
  }

  read(offset: number, length: number): Uint8Array {
    this.#check(offset, length)
    const bytes = allocate(length, this.path, offset)
    this.#fill(offset, bytes)
    return bytes
  }

  readInto(offset: number, target: Uint8Array): void {
    this.#check(offset, target.length)
    this.#fill(offset, target)
  }

  #check(offset: number, length: number): void {
    if (this.#fd === undefined) throw new Error(`${this.path} is closed`)
    checkRange(offset, length, this.size, this.path)
  }

  #fill(offset: number, target: Uint8Array): void {
    const { length } = target
    let done = 0
    while (done < length) {
      const count = readSync(this.#fd!, target, done, Math.min(length - done, MAX_READ), offset + done)
      // The file shrank since it was opened.
      if (count === 0) throw new FormatError('the file ends here', { section: this.path, offset: offset + done })
      done += count
    }
  }

  /** Releases the file descriptor; calling it again does nothing. */
  close(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** A file may hold more than an array can: that is a fault of the claim to need it all at once. */
function allocate(length: number, section: string, offset: number): Uint8Array {
  try {
    return new Uint8Array(length)
  } catch (cause) {
    throw new FormatError(`${length} bytes do not fit in memory`, { section, offset, cause })
  }
}
