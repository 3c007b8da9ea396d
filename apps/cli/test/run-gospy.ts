/** Runs the built gospy as people do. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Fixture, prebuilt } from 'gospy-fixtures'

export const gospy = fileURLToPath(new URL('../bin/gospy.js', import.meta.url))

if (!existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url)))) {
  throw new Error('these tests run the built gospy: pnpm build')
}

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** Run as this user; takes root. */
  uid?: number
  env?: NodeJS.ProcessEnv
}

export function runGospy(args: readonly (string | number)[], { uid, env }: RunOptions = {}): Result {
  const result = spawnSync(process.execPath, [gospy, ...args.map(String)], {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  })
  if (result.error) throw result.error
  return { code: result.status, stdout: result.stdout, stderr: result.stderr }
}

/** A committed fixture binary. @throws Error when there is none */
export function fixture(program: Fixture['program'], wanted: Partial<Fixture> = {}): Fixture {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const found = prebuilt().findLast((each) =>
    Object.entries({ program, arch, mode: 'exe', ...wanted }).every(
      ([key, value]) => each[key as keyof Fixture] === value,
    ),
  )
  if (found === undefined) throw new Error(`no fixture ${program} ${JSON.stringify(wanted)}`)
  return found
}
