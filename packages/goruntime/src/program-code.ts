/** Telling a program's own code from that of Go's standard library, and from the runtime's parking code. */
import type { Frame } from './stack.js'

/** Packages in which a goroutine is parked on behalf of somebody else. */
const PARKING = /^(runtime|sync|iter|(runtime|internal)\/[^.]*)\./
/** Files of package runtime: what they hold may have another package's name (`time.Sleep`, `sync.runtime_Semacquire`). */
const RUNTIME_FILE = /(^|\/src\/)runtime\/[^/]+$/

/** How near a frame is to what a person wants to know of a goroutine; the greatest of a stack, innermost first, is shown. */
export const RANK = {
  /** Where every goroutine begins, and what the compiler made. */
  nothing: 0,
  /** The runtime's own, or parking code. */
  runtime: 1,
  /** The standard library, or code of unknown origin. */
  library: 2,
  program: 3,
} as const

export class ProgramCode {
  readonly #modules: readonly string[]

  /** @param modules paths of the modules that the program is made of, as far as they are known */
  constructor(modules: readonly string[]) {
    this.#modules = modules
  }

  rank({ function: name, file, funcID }: Frame): number {
    if (funcID === 'wrapper' || name === 'runtime.goexit') return RANK.nothing
    const path = packagePath(name)
    if (path !== undefined && this.#isOwn(path)) return RANK.program
    if (path === undefined || PARKING.test(name) || (file !== null && RUNTIME_FILE.test(file))) return RANK.runtime
    return RANK.library
  }

  /**
   * `main`, a package of one of the modules, or one whose path has a dot in its first element. Paths without are reserved for the
   * standard library, but nothing enforces it (https://go.dev/ref/mod#module-path).
   */
  #isOwn(path: string): boolean {
    return (
      path === 'main' ||
      path.split('/', 1)[0]!.includes('.') ||
      this.#modules.some((module) => path === module || path.startsWith(`${module}/`))
    )
  }
}

/** `net/http` of `net/http.(*conn).serve`; undefined for names that are of no package, as those of C have. */
function packagePath(name: string): string | undefined {
  // Type arguments and parameter types may hold paths of their own.
  const [plain] = name.split(/[[(]/, 1)
  const dot = plain!.indexOf('.', plain!.lastIndexOf('/') + 1)
  return dot < 0 ? undefined : plain!.slice(0, dot)
}
