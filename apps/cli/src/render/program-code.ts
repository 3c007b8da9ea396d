/** Telling a program's own code from that of Go's standard library. */
import { type Frame, type Goroutine, type Stack, tracebackFrames } from '@gospy/goruntime'

export class ProgramCode {
  readonly #modules: readonly string[]
  readonly #ofFunction = new Map<string, boolean>()
  readonly #interesting = new Map<Stack, Frame>()

  /** @param modules paths of the modules the program is made of, as far as they are known */
  constructor(modules: readonly string[]) {
    this.#modules = modules
  }

  /**
   * Whether a function is not of the standard library: its package is `main`, of one of the modules, or has a dot in the
   * first element of its path. Paths without are reserved for the standard library, but nothing enforces it
   * (https://go.dev/ref/mod#module-path).
   */
  has(name: string): boolean {
    let answer = this.#ofFunction.get(name)
    if (answer === undefined) {
      const path = packagePath(name)
      answer =
        path !== undefined &&
        (path === 'main' ||
          path.split('/', 1)[0]!.includes('.') ||
          this.#modules.some((module) => path === module || path.startsWith(`${module}/`)))
      this.#ofFunction.set(name, answer)
    }
    return answer
  }

  /**
   * The frame that tells what a goroutine is about: the innermost one of the program, so that a call that waits for a lock
   * stands for itself and not `sync.(*Mutex).Lock`; where there is none, what the snapshot takes for the current one; and
   * where all are the runtime's, the function that all others are there for, rather than the one that parks it.
   */
  interesting(goroutine: Goroutine): Frame | null {
    const { stack, current } = goroutine
    if (stack === null || current === null) return null
    let frame = this.#interesting.get(stack)
    if (frame === undefined) {
      frame = tracebackFrames(stack).find((each) => this.has(each.function))
      if (frame === undefined && stack.current < 0 && stack.incomplete === null) frame = outermost(stack)
      frame ??= current
      this.#interesting.set(stack, frame)
    }
    return frame
  }
}

function outermost({ frames }: Stack): Frame | undefined {
  return frames.findLast(({ funcID }) => funcID !== 'goexit' && funcID !== 'wrapper')
}

/** `net/http` of `net/http.(*conn).serve`; undefined for names that are of no package, as those of C have. */
function packagePath(name: string): string | undefined {
  // Type arguments and parameter types may hold paths of their own.
  const [plain] = name.split(/[[(]/, 1)
  const dot = plain!.indexOf('.', plain!.lastIndexOf('/') + 1)
  return dot < 0 ? undefined : plain!.slice(0, dot)
}
