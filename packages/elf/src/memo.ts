/** Work done at most once, when first asked for. */

/** Runs `compute` at the first call and returns, or throws, the same at every later one: failure is remembered too. */
export function once<T>(compute: () => T): () => T {
  let result: { value: T } | { error: unknown } | undefined
  return () => {
    if (result === undefined) {
      try {
        result = { value: compute() }
      } catch (error) {
        result = { error }
      }
    }
    if ('error' in result) throw result.error
    return result.value
  }
}
