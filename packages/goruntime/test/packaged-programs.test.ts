/**
 * Stripped Go programs that no one here built, held against the stacks that they print themselves when they are told to quit: of
 * npm packages, and servers as Debian packages them, if they are installed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openProcess } from '@gospy/procmem'
import { parseStackDump } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess } from '../src/index.js'
import { disagreementsWithCrash, systemGoroutine } from './agreement.js'

const url = (port: number) => `http://127.0.0.1:${port}`
const platform = `${process.platform}-${process.arch}`

/** A program of an npm package for this machine, somewhere in the store of the package manager. */
function ofPackage(name: RegExp, path: string): string {
  const store = fileURLToPath(new URL('../../../node_modules/.pnpm/', import.meta.url))
  const folder = existsSync(store) ? readdirSync(store).findLast((entry) => name.test(entry)) : undefined
  return folder === undefined ? '' : join(store, folder, 'node_modules', path)
}

/** Where Debian's packages put it, or `.ci/run` the contents of one that it does not install. */
function ofDebian(path: string): string {
  const unpacked = fileURLToPath(new URL(`../../../.tools/debian${path}`, import.meta.url))
  return existsSync(unpacked) ? unpacked : path
}

const programs = [
  {
    name: 'esbuild of npm',
    path: ofPackage(new RegExp(`^@esbuild\\+${platform}@`), `@esbuild/${platform}/bin/esbuild`),
    args: (_: string, [port]: number[]) => [`--serve=127.0.0.1:${port}`, '--servedir=.'],
  },
  {
    name: "TypeScript's native compiler of npm",
    path: ofPackage(
      new RegExp(`^@typescript\\+native-preview-${platform}@`),
      `@typescript/native-preview-${platform}/lib/tsgo`,
    ),
    args: () => ['--lsp', '--stdio'],
  },
  {
    name: 'etcd of Debian',
    path: ofDebian('/usr/bin/etcd'),
    args: (folder: string, [clients, peers]: number[]) =>
      [
        ['--data-dir', folder],
        ['--listen-client-urls', url(clients!)],
        ['--advertise-client-urls', url(clients!)],
        ['--listen-peer-urls', url(peers!)],
        ['--initial-advertise-peer-urls', url(peers!)],
        ['--initial-cluster', `default=${url(peers!)}`],
      ].flat(),
  },
  {
    name: 'nats-server of Debian',
    path: ofDebian('/usr/sbin/nats-server'),
    args: (_: string, [port]: number[]) => ['-a', '127.0.0.1', '-p', `${port}`],
  },
  {
    name: 'prometheus-node-exporter of Debian',
    path: ofDebian('/usr/bin/prometheus-node-exporter'),
    args: (_: string, [port]: number[]) => [`--web.listen-address=127.0.0.1:${port}`],
  },
]

/** Ports that nobody listens at, as far as can be known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  for (const server of servers) server.close()
  return ports
}

/** Looks at the program when it has settled, and makes it print its goroutines. */
async function look(path: string, args: string[], folder: string) {
  const env = { ...process.env, HOME: folder, GOTRACEBACK: '2' }
  const child = spawn(path, args, { cwd: folder, env, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr!.on('data', (text) => (said += text))
  const ended = once(child, 'close')
  try {
    await setTimeout(1500)
    using target = openProcess(child.pid!)
    using go = GoProcess.attach(target)
    const snapshot = go.snapshot()
    child.kill('SIGQUIT')
    await ended
    const dump = parseStackDump(said.slice(said.indexOf('SIGQUIT: quit')))
    return {
      snapshot,
      dump,
      disagreements: disagreementsWithCrash(snapshot, dump, new Set()),
      symbols: go.binary.debugData,
    }
  } finally {
    child.kill('SIGKILL')
  }
}

describe.each(programs)('$name', ({ path, args }) => {
  it.skipIf(!existsSync(path))(
    'shows what it prints itself (skipped where it is not installed)',
    async () => {
      // What moves between the look and the dump shows in one observation, not in several.
      for (let attempt = 1; ; attempt++) {
        const folder = mkdtempSync(join(tmpdir(), 'gospy-packaged-'))
        const { snapshot, dump, disagreements, symbols } = await look(path, args(folder, await freePorts(2)), folder)
        rmSync(folder, { recursive: true, force: true })
        const ours = disagreements.filter((text) => systemGoroutine(text) === undefined)
        if ((ours.length > 0 || dump.length !== snapshot.count) && attempt < 5) continue
        expect(ours).toEqual([])
        expect(symbols).toBe('none')
        expect(snapshot.data.warnings).toEqual([])
        expect(dump.length).toBe(snapshot.count)
        expect(dump.length).toBeGreaterThan(3)
        for (const { stackError, status } of snapshot.goroutines())
          if (status !== 'running') expect(stackError).toBeNull()
        break
      }
    },
    120_000,
  )
})
