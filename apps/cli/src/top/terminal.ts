/**
 * The terminal as a full screen: lines in, keys out. It is left as it was found, however the program ends: by a key, a signal, or
 * an error nobody expected.
 */
import termkit from 'terminal-kit'
import { displayWidth } from '../render/cut.js'
import type { Size } from './screen.js'
import type { Line, Style } from './styled.js'

/** Sizes for terminals that do not know theirs. */
const UNKNOWN_SIZE: Size = { width: 80, height: 24 }

/** Signals that end a program; the terminal is restored before they do. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** How long to wait for the signal that stops this program, in ms: where no shell is there to continue it, none comes. */
const STOP_MS = 100

type Attributes = termkit.ScreenBuffer.Attributes

const OWN: Attributes = { defaultColor: true, bgDefaultColor: true }

const ATTRIBUTES: Record<Style, Attributes> = {
  plain: OWN,
  bold: { ...OWN, bold: true },
  dim: { ...OWN, dim: true },
  title: { ...OWN, bold: true },
  selected: { ...OWN, inverse: true },
  input: { ...OWN, underline: true, bold: true },
  warning: { ...OWN, bold: true },
}

const COLOURED: Record<Style, Attributes> = {
  ...ATTRIBUTES,
  title: { bgDefaultColor: true, color: 'cyan', bold: true },
  warning: { bgDefaultColor: true, color: 'yellow', bold: true },
}

export interface TerminalEvents {
  /** @param isCharacter whether the key is the character that it is called */
  key(name: string, isCharacter: boolean): void
  resize(): void
  signal(signal: NodeJS.Signals): void
}

export class FullScreen {
  readonly #terminal: termkit.Terminal
  readonly #events: TerminalEvents
  readonly #attributes: Record<Style, Attributes>
  #buffer: termkit.ScreenBuffer | undefined
  #isOpen = false
  readonly #onKey = (name: string, _: unknown, data: { isCharacter?: boolean }) =>
    this.#events.key(name, data.isCharacter === true)
  readonly #onSignal = (signal: NodeJS.Signals) => this.#events.signal(signal)
  readonly #onResize = () => {
    this.#buffer = undefined
    this.#events.resize()
  }
  /** Somebody took the terminal away: there is nothing left to restore. */
  readonly #onLost = () => this.#events.signal('SIGHUP')
  readonly #restore = () => this.#leave()

  constructor(events: TerminalEvents, colour: boolean) {
    this.#events = events
    this.#attributes = colour ? COLOURED : ATTRIBUTES
    this.#terminal = termkit.createTerminal({
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      generic: terminalKind(),
      appId: '',
      appName: '',
      isTTY: true,
    })
    process.on('exit', this.#restore)
    for (const signal of ENDING) process.on(signal, this.#onSignal)
    process.stdout.on('error', this.#onLost).on('resize', this.#onResize)
    process.stdin.on('error', this.#onLost).on('end', this.#onLost)
    this.#enter()
  }

  get size(): Size {
    const { columns, rows } = process.stdout
    return columns > 0 && rows > 0 ? { width: columns, height: rows } : UNKNOWN_SIZE
  }

  /** Shows these lines; what is on the screen already is not written again. */
  draw(lines: readonly Line[]): void {
    if (!this.#isOpen) return
    const { width, height } = this.size
    const isNew = this.#buffer === undefined
    // What lies beyond the edge of a smaller screen may come back with a larger one.
    if (isNew) this.#terminal.clear()
    this.#buffer ??= new termkit.ScreenBuffer({ dst: this.#terminal, width, height, noFill: true })
    const buffer = this.#buffer
    buffer.fill({ attr: OWN, char: ' ' })
    lines.slice(0, height).forEach((spans, y) => {
      let x = 0
      for (const { text, style } of spans) {
        buffer.put({ x, y, attr: this.#attributes[style], wrap: false, dx: 1, dy: 0 }, text)
        x += displayWidth(text)
      }
    })
    buffer.draw({ delta: !isNew })
  }

  /** Writes everything anew with the next `draw`. */
  forget(): void {
    this.#buffer = undefined
  }

  /** Gives the terminal back to the shell until the program is continued. */
  suspend(): Promise<void> {
    this.#leave()
    return new Promise((resolve) => {
      const back = () => {
        process.removeListener('SIGCONT', back)
        clearTimeout(timer)
        this.#enter()
        this.#onResize()
        resolve()
      }
      process.on('SIGCONT', back)
      const timer = setTimeout(back, STOP_MS)
      // To all of the shell's job, as the terminal itself does it.
      process.kill(0, 'SIGTSTP')
    })
  }

  /** Leaves the screen for good. */
  close(): void {
    this.#leave()
    process.removeListener('exit', this.#restore)
    for (const signal of ENDING) process.removeListener(signal, this.#onSignal)
    process.stdout.removeListener('resize', this.#onResize)
    process.stdin.removeListener('end', this.#onLost).unref()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #enter(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#terminal.fullscreen(true)
    this.#terminal.hideCursor(true)
    this.#terminal.grabInput({})
    this.#terminal.on('key', this.#onKey)
    this.#buffer = undefined
  }

  #leave(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#terminal.removeListener('key', this.#onKey)
    this.#terminal.styleReset()
    this.#terminal.grabInput(false)
    this.#terminal.hideCursor(false)
    // tmux, when the window was made larger meanwhile, mixes what is left here with what it brings back.
    this.#terminal.clear()
    this.#terminal.fullscreen(false)
  }
}

/** Those of today that are not known by a name of their own understand what xterm does. */
function terminalKind(): string {
  const name = process.env['TERM'] ?? ''
  if (name === 'linux') return name
  return name.startsWith('rxvt') ? 'rxvt-256color' : 'xterm-256color'
}
