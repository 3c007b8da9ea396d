/** What is known of the terminal. */
import { afterEach, expect, it, vi } from 'vitest'
import { standardIo } from '../src/output.js'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** The standard output of a process on such a terminal. */
function terminal(columns: number, env: Record<string, string> = {}) {
  vi.stubEnv('NO_COLOR', '')
  vi.stubEnv('TERM', 'xterm')
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  vi.spyOn(process, 'stdout', 'get').mockReturnValue({ isTTY: true, columns } as NodeJS.WriteStream & { fd: 1 })
  const { stdout } = standardIo(true)
  return { isTerminal: stdout.isTerminal, columns: stdout.columns, colour: stdout.colour }
}

it('takes no width of 0 for one', () => {
  expect(terminal(80)).toEqual({ isTerminal: true, columns: 80, colour: true })
  expect(terminal(0)).toEqual({ isTerminal: true, columns: undefined, colour: true })
})

it('shows no colour where it is not wanted, or not known', () => {
  expect(terminal(80, { NO_COLOR: '1' }).colour).toBe(false)
  expect(terminal(80, { TERM: 'dumb' }).colour).toBe(false)
})
