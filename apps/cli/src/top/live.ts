/** The screen in motion: looks at the process in time with the clock, and does what keys say. */
import { ProcessError } from '@gospy/procmem'
import { explain, isAboutTarget } from '../explain.js'
import type { TopModel } from './model.js'
import type { Sampler } from './sample.js'
import { type Screen, ScreenMaker } from './screen.js'
import { paste, press, type TopState } from './state.js'
import { FullScreen } from './terminal.js'
import { yieldToOthers } from './yield-to-others.js'

/** At most this share of one processor is used: where a look takes long, looks are farther apart than asked for. */
const MOST_SHARE = 0.25

/** How it ends. */
interface Ending {
  /** By a signal, or by a key. */
  readonly end: (signal: NodeJS.Signals | undefined) => void
  /** By an error nobody expected: it is told when the terminal is restored. */
  readonly fail: (error: unknown) => void
}

/** @returns the signal that ended it; undefined for a key */
export async function runLive(
  model: TopModel,
  sampler: Sampler,
  initial: TopState,
  colour: boolean,
): Promise<NodeJS.Signals | undefined> {
  yieldToOthers()
  let live: Live | undefined
  try {
    return await new Promise<NodeJS.Signals | undefined>((end, fail) => {
      live = new Live(model, sampler, initial, colour, { end, fail })
      live.start()
    })
  } finally {
    live?.stop()
  }
}

class Live {
  readonly #model: TopModel
  readonly #sampler: Sampler
  readonly #maker: ScreenMaker
  readonly #terminal: FullScreen
  readonly #ending: Ending
  #state: TopState
  #screen: Screen | undefined
  #timer: NodeJS.Timeout | undefined
  #lookedAt = performance.now()
  /** Processor time that the last look took, with what was drawn of it, in ms. */
  #costMs = 0

  constructor(model: TopModel, sampler: Sampler, initial: TopState, colour: boolean, ending: Ending) {
    this.#model = model
    this.#sampler = sampler
    this.#state = initial
    this.#ending = ending
    this.#maker = new ScreenMaker(model)
    const events = {
      key: (name: string, isCharacter: boolean) => this.#guard(() => this.#key(name, isCharacter)),
      paste: (text: string) => this.#guard(() => this.#paste(text)),
      resize: () => this.#guard(() => this.#draw()),
      signal: ending.end,
      stop: () => this.#guard(() => this.#suspend()),
    }
    this.#terminal = new FullScreen(events, colour)
  }

  start(): void {
    this.#draw()
    this.#schedule()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#terminal.close()
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#ending.fail(error)
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#state.frozen || this.#model.ended !== null) return
    this.#timer = setTimeout(
      () => this.#guard(() => this.#look()),
      Math.max(0, this.#lookedAt + this.#apartMs - performance.now()),
    )
  }

  /** How far apart looks are. */
  get #apartMs(): number {
    return Math.max(this.#state.intervalMs, this.#costMs / MOST_SHARE)
  }

  #look(): void {
    this.#lookedAt = performance.now()
    const before = process.cpuUsage()
    try {
      this.#model.add(this.#sampler.take())
    } catch (error) {
      this.#fail(error)
    }
    this.#draw()
    const { user, system } = process.cpuUsage(before)
    this.#costMs = (user + system) / 1000
    this.#schedule()
  }

  /** A look that fails may succeed the next time; a process that has ended is gone for good. */
  #fail(error: unknown): void {
    if (!isAboutTarget(error)) throw error
    const code = error instanceof ProcessError ? error.code : undefined
    const { pid } = this.#model.process
    if (code === 'ESRCH') {
      this.#model.ended = `Process ${pid} has ended: this is what was last seen of it`
    } else if (code === 'EEXEC') {
      this.#model.ended = `Process ${pid} runs another program now: this is what was last seen`
    } else {
      this.#model.failure = explain(error)
    }
  }

  #draw(): void {
    this.#screen = this.#maker.make(this.#state, this.#terminal.size, this.#apartMs)
    this.#state = this.#screen.state
    this.#terminal.draw(this.#screen.lines)
  }

  #key(name: string, isCharacter: boolean): void {
    const before = this.#state
    const { state, effect } = press(before, name, isCharacter, this.#screen!)
    this.#state = state
    if (effect === 'quit') {
      this.#ending.end(undefined)
      return
    }
    if (effect === 'suspend') {
      this.#suspend()
      return
    }
    if (effect === 'redraw') this.#terminal.forget()
    if (effect === 'reset-growth') this.#model.resetGrowth()
    this.#draw()
    if (state.frozen !== before.frozen || state.intervalMs !== before.intervalMs) {
      this.#schedule()
    }
  }

  #paste(text: string): void {
    this.#state = paste(this.#state, text)
    this.#draw()
  }

  #suspend(): void {
    clearTimeout(this.#timer)
    void this.#terminal.suspend().then(() => this.#schedule())
  }
}
