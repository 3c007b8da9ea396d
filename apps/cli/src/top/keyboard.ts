/** Keys by their names, from what a terminal sends for them. Node's own decoder knows the sequences of all of today's. */
import { emitKeypressEvents, type Interface, type Key as NodeKey } from 'node:readline'
import type { ReadStream } from 'node:tty'

/** What is looked at of a key as Node tells it. */
type Key = Pick<NodeKey, 'name' | 'ctrl' | 'sequence'>

export interface KeyboardEvents {
  /**
   * @param name the character, or the name of the key: `up`, `return`, `f1`, `ctrl-c`
   * @param isCharacter whether it is the character that it is called
   */
  key(name: string, isCharacter: boolean): void
  /** Text that was put in at once: it is no keys, whatever is in it. */
  paste(text: string): void
}

/**
 * For how long what follows an escape character may belong to it, in ms: over a network a key may come in pieces. Whoever presses
 * Escape waits so long.
 */
const ESCAPE_MS = 100

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/

// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const BEHIND_ESCAPE = /^\x1b(\x1b.*|[^\x1b])$/su

/** What the terminal is asked for, so that pasted text comes between two marks (bracketed paste). */
export const MARK_PASTE = '\x1b[?2004h'
export const LEAVE_PASTE = '\x1b[?2004l'

export class Keyboard {
  readonly #input: ReadStream
  readonly #events: KeyboardEvents
  /** What was pasted so far; undefined outside of a paste. */
  #pasted: string | undefined
  readonly #onKey = (text: string | undefined, key: Key) => this.#key(text, key)

  constructor(input: ReadStream, events: KeyboardEvents) {
    this.#input = input
    this.#events = events
    // Of an Interface it takes this one property (lib/internal/readline/emitKeypressEvents.js).
    emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface)
  }

  /** Keys are heard from now on, each as it is pressed, and not shown. */
  open(): void {
    this.#pasted = undefined
    // After the shell had the terminal it is set otherwise than Node remembers.
    this.#input.setRawMode(false)
    this.#input.setRawMode(true)
    this.#input.removeListener('keypress', this.#onKey).on('keypress', this.#onKey)
    this.#input.resume()
  }

  close(): void {
    this.#input.removeListener('keypress', this.#onKey)
    this.#input.pause()
    this.#input.setRawMode(false)
  }

  #key(text: string | undefined, key: Key): void {
    if (key.name === 'paste-start') {
      this.#pasted = ''
    } else if (key.name === 'paste-end') {
      const pasted = this.#pasted ?? ''
      this.#pasted = undefined
      this.#events.paste(pasted)
    } else if (this.#pasted !== undefined) {
      this.#pasted += key.sequence ?? ''
    } else {
      this.#told(text, key)
    }
  }

  #told(text: string | undefined, { name, ctrl, sequence = '' }: Key): void {
    // Escape and another key right behind it, as over a slow network: no key here has another meaning with Alt.
    const [, behind] = BEHIND_ESCAPE.exec(sequence) ?? []
    if (behind !== undefined) {
      this.#events.key('escape', false)
      this.#told(behind, { name, ctrl })
    } else if (text !== undefined && !CONTROL.test(text)) {
      this.#events.key(text, true)
    } else if (name !== undefined) {
      this.#events.key(ctrl ? `ctrl-${name}` : name, false)
    }
  }
}
