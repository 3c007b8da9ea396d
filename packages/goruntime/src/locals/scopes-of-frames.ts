/** Which function of the debug data each call is of, among those that were inlined into one frame. */
import type { FunctionScope } from '@gospy/dwarf'
import { displayName } from '@gospy/gosym'
import type { Frame } from '../stack.js'

/**
 * @param calls innermost first, as the function table has them
 * @param scopes innermost first, as the debug data have them, which need not know all
 * @returns for each call its scope; undefined where the debug data have none
 */
export function scopesOfCalls(
  calls: readonly Frame[],
  scopes: readonly FunctionScope[],
): (FunctionScope | undefined)[] {
  const found: (FunctionScope | undefined)[] = new Array(calls.length)
  let next = scopes.length - 1
  for (let index = calls.length - 1; index >= 0 && next >= 0; index--) {
    const name = scopes[next]!.name
    // Type arguments are written in more than one way.
    if (name === undefined || displayName(name) !== displayName(calls[index]!.symbol)) continue
    found[index] = scopes[next]!
    next--
  }
  return found
}
