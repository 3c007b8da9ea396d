/** Variables of a frame as text, below it. */
import type { FrameVariable, FrameVariables } from '@gospy/goruntime'
import type { painter } from './text.js'
import { printable } from './text.js'
import { valueLines } from './value-text.js'

const HEADING = ' '.repeat(8)
const INDENT = ' '.repeat(10)

/** @param width that lines are kept within where they can be broken */
export function frameVariablesText(
  { arguments: parameters, results, locals, error }: FrameVariables,
  width: number,
  paint: ReturnType<typeof painter>,
): string[] {
  const groups = [
    ['arguments', parameters],
    // One without a name, of which nothing is known, says nothing.
    ['results', results.filter(({ name, value }) => value !== null || !name.startsWith('~'))],
    ['locals', locals],
  ] as const
  const lines: string[] = []
  for (const [heading, variables] of groups) {
    if (variables.length === 0) continue
    lines.push(paint('dim', HEADING + heading))
    for (const variable of variables) lines.push(...variableLines(variable, width - INDENT.length, paint))
  }
  if (error !== null) lines.push(paint('dim', `${HEADING}variables are not known: ${printable(error)}`))
  return lines
}

function variableLines(variable: FrameVariable, width: number, paint: ReturnType<typeof painter>): string[] {
  const name = variable.shadowed ? `(${variable.name})` : variable.name
  if (variable.value === null)
    return [paint('dim', `${INDENT}${printable(name)} = (${printable(variable.unavailable ?? '')})`)]
  return valueLines(name, variable.value, width).map((line) => INDENT + line)
}
