/** The real program in a pseudo-terminal, whose screen a terminal emulator keeps (xterm.js, without a window). */
import pty from '@lydell/node-pty'
import xterm from '@xterm/headless'

/** What a terminal sends for text that is put in at once, where a program asked for the marks. */
export function pasted(text: string): string {
  return `\x1b[200~${text}\x1b[201~`
}

/** How long a screen may take to show what is waited for, in ms: machines that test are busy. */
const PATIENCE = 20_000

export const KEYS = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  enter: '\r',
  escape: '\x1b',
  backspace: '\x7f',
  pageDown: '\x1b[6~',
  end: '\x1b[F',
  home: '\x1b[H',
  ctrlC: '\x03',
  ctrlU: '\x15',
  ctrlW: '\x17',
  ctrlZ: '\x1a',
}

export interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: NodeJS.ProcessEnv
}

export class Pty implements AsyncDisposable {
  readonly #process: pty.IPty
  readonly #terminal: xterm.Terminal
  readonly exited: Promise<{ exitCode: number; signal: number | undefined }>
  #hasExited = false
  /** All that was written, as it came. */
  written = ''

  constructor(command: string, args: readonly (string | number)[], { columns = 80, rows = 24, env }: PtyOptions = {}) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 })
    const wanted = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, TERM: 'xterm-256color', ...env }
    this.#process = pty.spawn(command, args.map(String), {
      name: 'xterm-256color',
      cols: columns,
      rows,
      // What is undefined would be passed on as a text.
      env: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    })
    this.#process.onData((text) => {
      this.written += text
      this.#terminal.write(text)
    })
    this.exited = new Promise((resolve) =>
      this.#process.onExit(({ exitCode, signal }) => {
        this.#hasExited = true
        resolve({ exitCode, signal })
      }),
    )
  }

  get pid(): number {
    return this.#process.pid
  }

  /** The lines on the screen, without blanks at their ends. */
  lines(): string[] {
    const { active } = this.#terminal.buffer
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '').trimEnd(),
    )
  }

  text(): string {
    return this.lines().join('\n')
  }

  /** The line that is shown reversed; undefined for none. */
  selected(): string | undefined {
    const { active } = this.#terminal.buffer
    const row = Array.from({ length: this.#terminal.rows }, (_, index) => index).find((index) =>
      active
        .getLine(active.baseY + index)
        ?.getCell(0)
        ?.isInverse(),
    )
    return row === undefined ? undefined : this.lines()[row]
  }

  /** Whether the program has the terminal's other screen, which leaves what was on the first one alone. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate'
  }

  press(...keys: string[]): void {
    for (const key of keys) this.#process.write(key)
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows)
    this.#process.resize(columns, rows)
  }

  /** Resolves with the screen's text when it is as it should be. @throws Error with the screen when that takes too long */
  async until(what: string | RegExp | ((text: string) => boolean), patience = PATIENCE): Promise<string> {
    const holds = typeof what === 'function' ? what : (text: string) => text.search(what) >= 0
    const search = typeof what === 'string' ? (text: string) => text.includes(what) : holds
    const end = Date.now() + patience
    for (;;) {
      const text = this.text()
      if (search(text)) return text
      if (Date.now() > end) throw new Error(`waited in vain for ${what} on this screen:\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasExited) this.#process.kill('SIGKILL')
    await this.exited
    this.#terminal.dispose()
  }
}
