/** Figures that are not there. */
import type { HeapSource } from './heap-reading.js'
import { FIRST_MINOR } from './versions.js'

/** Why figures are not there: `because` and `unknown` note it, and give what is told in their place. */
export class Absence {
  readonly reasons: Record<string, string> = {}
  readonly #unknown: string
  readonly #minor: number | undefined

  constructor({ further, variables, minor }: HeapSource) {
    const lacking = [
      ...(['memstats', 'gcController', 'allp'] as const).filter((name) => variables[name] === undefined),
      ...(['mheap_', 'gcphase'] as const).filter((name) => further.variable(name) === undefined),
    ]
    this.#unknown =
      further.unknownBecause ??
      (lacking.length > 0
        ? `not found in the process: ${lacking.map((name) => `runtime.${name}`).join(', ')}`
        : `the debug data lack ${further.missing.join(', ') || 'what it is kept in'}`)
    this.#minor = minor
  }

  because(name: string, reason: string): null {
    this.reasons[name] = reason
    return null
  }

  unknown(name: string): null {
    const first = FIRST_MINOR[name as keyof typeof FIRST_MINOR] as number | undefined
    const isOlder = first !== undefined && this.#minor !== undefined && this.#minor < first
    return this.because(name, isOlder ? `told from Go 1.${first} on` : this.#unknown)
  }
}
