/**
 * The terminal as a full screen: lines in, keys out. It is left as it was found, however the program ends: by a key, a signal, or
 * an error nobody expected. Sequences are those that xterm has and all others took over (ECMA-48, xterm's ctlseqs); a terminal that does
 * not know one passes over it.
 */
import {
  clearViewport,
  cursorHide,
  cursorShow,
  cursorTo,
  enterAlternativeScreen,
  eraseEndLine,
  exitAlternativeScreen,
} from 'ansi-escapes'
import styles from 'ansi-styles'
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

/** What does not fit into a line is not shown, rather than continued on the next one (xterm's ctlseqs, DECAWM). */
const NO_WRAP = '\x1b[?7l'
const WRAP = '\x1b[?7h'
const PLAIN = styles.reset.open
const CLEAR = `${PLAIN}${clearViewport}`

const ATTRIBUTES: Record<Style, string> = {
  plain: '',
  bold: styles.bold.open,
  dim: styles.dim.open,
  title: styles.bold.open,
  selected: styles.inverse.open,
  input: `${styles.bold.open}${styles.underline.open}`,
  warning: styles.bold.open,
}

const COLOURED: Record<Style, string> = {
  ...ATTRIBUTES,
  title: `${styles.bold.open}${styles.cyan.open}`,
  warning: `${styles.bold.open}${styles.yellow.open}`,
}

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
    const changed = texts.flatMap((text, y) => (shown?.[y] === text ? [] : [`${cursorTo(0, y)}${eraseEndLine}${text}`]))
    this.#shown = texts
    if (changed.length > 0) process.stdout.write(`${shown ? '' : CLEAR}${NO_WRAP}${changed.join('')}${WRAP}`)
  }

  /** Whatever text comes here, the terminal is told nothing by it. */
  #textOf(spans: Line): string {
    return spans
      .map(({ text, style }) => {
        const attributes = this.#attributes[style]
        return attributes === '' ? printable(text) : `${attributes}${printable(text)}${PLAIN}`
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
    process.stdout.write(`${enterAlternativeScreen}${cursorHide}${MARK_PASTE}`)
  }

  #leave(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    // tmux, when the window was made larger meanwhile, mixes what is left here with what it brings back.
    process.stdout.write(`${CLEAR}${LEAVE_PASTE}${cursorShow}${exitAlternativeScreen}`)
    this.#keyboard.close()
  }
}
