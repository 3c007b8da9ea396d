/**
 * qemu's debugger interface (`qemu-aarch64 -g SOCKET`), as far as tests need it: run to an address, single steps, registers.
 * The protocol is GDB's (GDB manual, appendix "Remote Serial Protocol"). Only the thread that got there is stopped; the others
 * run on, and two of them must not be stopped at once.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import type { StoppedThread } from './emulated-process.js'

/** How long an answer is waited for, in ms: it comes when the program is where it was to stop. */
const PATIENCE_MS = 20_000

/** GDB's numbers of signals. */
const SIGQUIT = 3
const SIGTRAP = 5
/** What "g" answers: x0 to x30, sp, pc, 8 bytes each. */
const LR = 30
const SP = 31
const PC = 32

export class GdbStub {
  readonly #socket: Socket
  #received = ''
  #waiting: { resolve: (packet: string) => void; reject: (error: Error) => void } | undefined
  #ended: Error | undefined
  /** Where the thread stands that was stopped last. */
  #at = Number.NaN

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new Error('qemu has closed the connection of its debugger interface')))
  }

  /**
   * Connects to a qemu that is about to listen, once it does. Until then its program does not run.
   * @param path of the socket
   * @throws Error when none listens for ten seconds
   */
  static async connect(path: string): Promise<GdbStub> {
    for (const until = Date.now() + 10_000; ; await after(10)) {
      const socket = connect(path)
      try {
        await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
        return new GdbStub(socket)
      } catch (error) {
        if (Date.now() > until) throw error
      }
    }
  }

  /** Lets the program run until a thread gets to one of the addresses. Meanwhile it gets its signals as ever. */
  async runTo(...addresses: number[]): Promise<StoppedThread> {
    // A breakpoint where a thread stands already would stop it before it moved.
    if (addresses.includes(this.#at)) {
      const next = await this.step()
      if (addresses.includes(next.pc)) return next
    }
    for (const address of addresses) await this.#command(`Z0,${address.toString(16)},4`)
    const stopped = await this.#resume('c')
    for (const address of addresses) await this.#command(`z0,${address.toString(16)},4`)
    return stopped
  }

  /** Lets the thread that was stopped last execute one instruction. */
  step(): Promise<StoppedThread> {
    return this.#resume('s')
  }

  /** Lets the program run on with a SIGQUIT for the thread that was stopped last. */
  async quit(): Promise<void> {
    try {
      let packet = await this.#request(`C${hex(SIGQUIT)}`)
      while (packet.startsWith('T')) packet = await this.#request(`C${signalOf(packet)}`)
    } catch (error) {
      // When it ends, so does the connection.
      if (error !== this.#ended) throw error
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  async #resume(how: 'c' | 's'): Promise<StoppedThread> {
    let packet = await this.#request(how)
    // A signal for the program stops it as well.
    while (packet.startsWith('T') && signalOf(packet) !== hex(SIGTRAP)) {
      const signal = signalOf(packet)
      packet = await this.#request(how === 'c' ? `C${signal}` : `vCont;S${signal}:${threadOf(packet)}`)
    }
    const thread = threadOf(packet)
    if (thread === undefined) throw new Error(`the program has not run on to where it was to stop: ${packet}`)
    const registers = Buffer.from(await this.#request('g'), 'hex')
    const register = (number: number) => Number(registers.readBigUInt64LE(number * 8))
    this.#at = register(PC)
    return { thread: Number.parseInt(thread, 16), pc: register(PC), sp: register(SP), lr: register(LR) }
  }

  async #command(text: string): Promise<void> {
    const answer = await this.#request(text)
    if (answer !== 'OK') throw new Error(`qemu answers "${answer}" to ${text}`)
  }

  #request(text: string): Promise<string> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#socket.write(`$${text}#${checksum(text)}`)
    const timer = setTimeout(() => this.#socket.destroy(new Error(`qemu does not answer ${text}`)), PATIENCE_MS)
    return new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject }
    }).finally(() => clearTimeout(timer))
  }

  #receive(text: string): void {
    this.#received += text
    const packet = /\$([^#]*)#../s.exec(this.#received)
    if (packet === null) return
    this.#received = ''
    this.#socket.write('+')
    this.#waiting?.resolve(packet[1]!)
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#waiting?.reject(this.#ended)
  }
}

/** Of a stop, "T05thread:5a1;": both in hex. */
const signalOf = (packet: string) => packet.slice(1, 3)
const threadOf = (packet: string) => /^T..thread:(?:p[\da-f]+\.)?([\da-f]+);/.exec(packet)?.[1]

const hex = (byte: number) => byte.toString(16).padStart(2, '0')

function checksum(text: string): string {
  return hex(Buffer.from(text, 'latin1').reduce((sum, byte) => (sum + byte) & 0xff, 0))
}
