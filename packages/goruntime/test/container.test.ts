/**
 * A process in namespaces of its own, with another root and its program file deleted: what a container looks like from the
 * host. Needs root, unshare and chroot.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProcess, ProcessError } from '@gospy/procmem'
import { fixturePath, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { GoProcess } from '../src/index.js'

// chroot is kept where not every PATH looks.
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }
const possible =
  process.getuid?.() === 0 && spawnSync('unshare', ['--pid', '--fork', 'chroot', '/', 'true'], { env }).status === 0
const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27.4-amd64-exe'))!

it.skipIf(!possible)('is read from the host (needs root, unshare and chroot)', async () => {
  const root = mkdtempSync(join(tmpdir(), 'gospy-root-'))
  try {
    copyFileSync(fixturePath(fixture), join(root, 'server'))
    chmodSync(join(root, 'server'), 0o755)
    mkdirSync(join(root, 'proc'))
    const start = join(root, 'start.sh')
    writeFileSync(
      start,
      `#!/bin/sh\nexec unshare --pid --mount --uts --ipc --fork --mount-proc='${root}/proc' chroot '${root}' /server\n`,
    )
    chmodSync(start, 0o755)
    await using running = await startFixture(start, { env: { PATH: env.PATH } })
    rmSync(join(root, 'server'))
    expect(running.ready.pid).toBe(1)
    // What was started is the shell that became unshare; the program is its child.
    const pid = Number(
      readdirSync('/proc').find((name) => /^\d+$/.test(name) && parentOf(Number(name)) === running.pid),
    )
    using target = openProcess(pid)
    const go = GoProcess.attach(target)
    const truth = await running.truth()
    for (const snapshot of [go.snapshot(), go.snapshot({ pause: { budgetMs: 10_000 } })]) {
      const users = [...snapshot.goroutines()].filter(({ system }) => !system)
      expect(users.map(({ id }) => id)).toEqual(truth.goroutines.map(({ id }) => id).sort((a, b) => a - b))
      // Thread ids are those of the host, not those that the program knows.
      const threads = users.flatMap(({ thread }) => thread ?? [])
      expect(threads.length).toBeGreaterThan(1)
      for (const thread of threads) expect(target.threads()).toContain(thread)
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

function parentOf(pid: number): number | undefined {
  try {
    using candidate = openProcess(pid)
    return candidate.status().ppid
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof ProcessError) return undefined
    throw error
  }
}
