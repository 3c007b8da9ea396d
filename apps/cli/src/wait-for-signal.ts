/** Waiting that a signal cuts short, for commands that have something to say before it ends them. */

/** Those by which a person asks a program to end. Not SIGHUP: with nohup(1) it must go on. */
const ENDING = ['SIGINT', 'SIGTERM'] as const

/** While it is there, these signals end nothing by themselves. */
export class WaitForSignal {
  #signal: NodeJS.Signals | undefined
  #wake: (() => void) | undefined
  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.#signal ??= signal
    this.#wake?.()
  }

  constructor() {
    for (const signal of ENDING) process.on(signal, this.#onSignal)
  }

  /** Waits so many ms. @returns the signal that came before they had passed, or earlier; undefined for none */
  wait(ms: number): Promise<NodeJS.Signals | undefined> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve(this.#signal)
      }
      const timer = setTimeout(wake, ms)
      this.#wake = wake
      if (this.#signal !== undefined) wake()
    })
  }

  [Symbol.dispose](): void {
    for (const signal of ENDING) process.removeListener(signal, this.#onSignal)
  }
}
