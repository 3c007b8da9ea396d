/** Answers as JSON: indented for people at a terminal, one line for programs. */
import type { Output } from '../output.js'
import { safeJson } from './text.js'

export function writeJson(output: Output, value: object): void {
  output.write(`${safeJson(JSON.stringify(value, null, output.isTerminal ? 2 : undefined))}\n`)
}
