/**
 * The terminal as a full screen: lines in, keys out. It is left as it was found, however the program ends: by a key, a signal, or
 * an error nobody expected. Sequences are those that xterm has and all others took over (ECMA-48, xterm's ctlseqs); a terminal that does
 * not know one passes over it.
 */
import { printable } from '../render/text.js'
import { Keyboard, type KeyboardEvents, LEAVE_PASTE, MARK_PASTE } from './keyboard.js'
import type { Size } from './screen.js'
import type { Line, Style } from './styled.js'

/** Sizes for terminals that do not know theirs. */
const UNKNOWN_SIZE: Size = { width: 80, height: 24 }

/** Signals that end a program; the terminal is restored before they do. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** How long to wait for the signal that stops this program, in ms: where no shell is there to continue it, none comes. */
const STOP_MS = 100

const OTHER_SCREEN = '\x1b[?1049h'
const FIRST_SCREEN = '\x1b[?1049l'
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
/** What does not fit into a line is not shown, rather than continued on the next one. */
const NO_WRAP = '\x1b[?7l'
const WRAP = '\x1b[?7h'
const PLAIN = '\x1b[0m'
const CLEAR = `${PLAIN}\x1b[2J\x1b[H`
const CLEAR_TO_END_OF_LINE = '\x1b[K'

/** Parameters of SGR (ECMA-48, 8.3.117); '' for none. */
const ATTRIBUTES: Record<Style, string> = {
  plain: '',
  bold: '1',
  dim: '2',
  title: '1',
  selected: '7',
  input: '1;4',
  warning: '1',
}

const COLOURED: Record<Style, string> = { ...ATTRIBUTES, title: '1;36', warning: '1;33' }

export interface TerminalEvents extends KeyboardEvents {
  resize(): void
  signal(signal: NodeJS.Signals): void
  /** The program is to be stopped until it is continued: `suspend`. */
  stop(): void
}

export class FullScreen {
  readonly #events: TerminalEvents
  readonly #attributes: Record<Style, string>
  readonly #keyboard: Keyboard
  /** The lines that are on the screen; undefined when nobody knows what is. */
  #shown: readonly string[] | undefined
  #isOpen = false
  readonly #onSignal = (signal: NodeJS.Signals) => this.#events.signal(signal)
  readonly #onStop = () => this.#events.stop()
  readonly #onResize = () => {
    this.#shown = undefined
    this.#events.resize()
  }
  /** Somebody stopped it with a signal that cannot be caught: the shell had the terminal meanwhile. */
  readonly #onContinue = () => {
    this.#isOpen = false
    this.#enter()
    this.#onResize()
  }
  /** Somebody took the terminal away: there is nothing left to restore. */
  readonly #onLost = () => this.#events.signal('SIGHUP')
  readonly #restore = () => this.#leave()

  constructor(events: TerminalEvents, colour: boolean) {
    this.#events = events
    this.#attributes = colour ? COLOURED : ATTRIBUTES
    this.#keyboard = new Keyboard(process.stdin, events)
    process.on('exit', this.#restore)
    for (const signal of ENDING) process.on(signal, this.#onSignal)
    process.on('SIGTSTP', this.#onStop).on('SIGCONT', this.#onContinue)
    process.stdout.on('error', this.#onLost).on('resize', this.#onResize)
    process.stdin.on('error', this.#onLost).on('end', this.#onLost)
    this.#enter()
  }

  get size(): Size {
    const { columns, rows } = process.stdout
    return columns > 0 && rows > 0 ? { width: columns, height: rows } : UNKNOWN_SIZE
  }

  /**
   * Shows these lines. Those that are on the screen already are not written again, and others always as a whole: terminals do not agree on how
   * wide some characters are, and what one of them leaves behind is cleared with its line.
   */
  draw(lines: readonly Line[]): void {
    if (!this.#isOpen) return
    const texts = Array.from({ length: this.size.height }, (_, y) => this.#textOf(lines[y] ?? []))
    const shown = this.#shown
    const changed = texts.flatMap((text, y) =>
      shown?.[y] === text ? [] : [`\x1b[${y + 1}H${CLEAR_TO_END_OF_LINE}${text}`],
    )
    this.#shown = texts
    if (changed.length > 0) process.stdout.write(`${shown ? '' : CLEAR}${NO_WRAP}${changed.join('')}${WRAP}`)
  }

  /** Whatever text comes here, the terminal is told nothing by it. */
  #textOf(spans: Line): string {
    return spans
      .map(({ text, style }) => {
        const attributes = this.#attributes[style]
        return attributes === '' ? printable(text) : `\x1b[${attributes}m${printable(text)}${PLAIN}`
      })
      .join('')
  }

  /** Writes everything anew with the next `draw`. */
  forget(): void {
    this.#shown = undefined
  }

  /** Gives the terminal back to the shell until the program is continued. */
  suspend(): Promise<void> {
    this.#leave()
    process.removeListener('SIGTSTP', this.#onStop).removeListener('SIGCONT', this.#onContinue)
    return new Promise((resolve) => {
      const back = () => {
        process.removeListener('SIGCONT', back)
        clearTimeout(timer)
        process.on('SIGTSTP', this.#onStop).on('SIGCONT', this.#onContinue)
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
    process.removeListener('SIGTSTP', this.#onStop).removeListener('SIGCONT', this.#onContinue)
    process.stdout.removeListener('resize', this.#onResize)
    process.stdin.removeListener('end', this.#onLost).unref()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #enter(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#shown = undefined
    this.#keyboard.open()
    process.stdout.write(`${OTHER_SCREEN}${HIDE_CURSOR}${MARK_PASTE}`)
  }

  #leave(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // tmux, when the window was made larger meanwhile, mixes what is left here with what it brings back.
    process.stdout.write(`${CLEAR}${LEAVE_PASTE}${SHOW_CURSOR}${FIRST_SCREEN}`)
    this.#keyboard.close()
  }
}
