/**
 * Where a command's answer and remarks go. The answer goes to stdout and nothing else does; whoever reads it may stop
 * reading at any time.
 */
import { writeSync } from 'node:fs'

/** The reader closed the pipe: no error, but no reason to go on either. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe'
}

export interface Output {
  /** Writes all of `text`. @throws ClosedPipe when nobody reads any more */
  write(text: string | Uint8Array): void
  readonly isTerminal: boolean
  /** Width in columns; undefined when it is no terminal, or one that does not know its width and says 0. */
  readonly columns: number | undefined
  /** Whether to use colour. */
  readonly colour: boolean
}

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
}

/** How long to wait before a pipe that is full is tried again, in ms. */
const RETRY = 2
const sleeper = new Int32Array(new SharedArrayBuffer(4))

class FileOutput implements Output {
  readonly #fd: number
  readonly isTerminal: boolean
  readonly columns: number | undefined
  readonly colour: boolean

  constructor(fd: number, stream: NodeJS.WriteStream, colour: boolean) {
    this.#fd = fd
    this.isTerminal = stream.isTTY === true
    this.columns = this.isTerminal ? stream.columns || undefined : undefined
    this.colour = colour && this.isTerminal
  }

  write(text: string | Uint8Array): void {
    let bytes: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.#fd, bytes))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EPIPE') {
          // Nobody hears remarks any more: no reason to keep the answer back.
          if (this.#fd === 2) return
          throw new ClosedPipe()
        }
        // A pipe or terminal that someone made non-blocking and that is full.
        if (code !== 'EAGAIN') throw error
        Atomics.wait(sleeper, 0, 0, RETRY)
      }
    }
  }
}

/** The process's own streams. @param colour false for --no-color; NO_COLOR and terminals that know no colour are respected */
export function standardIo(colour: boolean): Io {
  const wanted = colour && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  return {
    stdout: new FileOutput(1, process.stdout, wanted),
    stderr: new FileOutput(2, process.stderr, wanted),
  }
}
