/** What a user without rights is told: by facts made up, and by a process that has really given its rights away. */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { permissionAdvice } from '../src/index.js'
import { adviceFor } from '../src/permission/permission-advice.js'
import { type PermissionFacts, permissionFacts } from '../src/permission/permission-facts.js'
import { bundle } from './helpers/bundle.js'
import { killTargets, Target } from './helpers/targets.js'

afterAll(killTargets)

const FACTS: PermissionFacts = {
  pid: 42,
  targetUid: 1000,
  targetName: 'etcd',
  dumpable: true,
  uid: 1000,
  capSysPtrace: false,
  userNamespace: false,
  container: undefined,
  seccompFilter: false,
  confinedBy: undefined,
  ptraceScope: undefined,
}
/** By default it is this very command that is to be repeated. */
const SUDO = 'sudo env "PATH=$PATH" node '

it.each<[string, Partial<PermissionFacts>, string[]]>([
  ["another user's process", { targetUid: 0 }, [`process 42 (etcd) belongs to uid 0, you are uid 1000: ${SUDO}`]],
  ['a process with changed rights', { dumpable: false }, [`file capabilities): ${SUDO}`]],
  ['Yama 1', { ptraceScope: 1 }, [`ptrace_scope is 1: your own processes`, 'sudo sysctl kernel.yama.ptrace_scope=0']],
  ['Yama 2', { ptraceScope: 2 }, [`ptrace_scope is 2: it takes CAP_SYS_PTRACE: ${SUDO}`]],
  ['Yama 3', { ptraceScope: 3, capSysPtrace: true }, ['ptrace_scope is 3: nobody']],
  ['no rights, nothing else known', {}, [`it takes more rights: ${SUDO}`]],
  ['root without the capability', { uid: 0, targetUid: 0 }, ['you are root without CAP_SYS_PTRACE']],
  ['docker', { uid: 0, targetUid: 0, container: 'docker' }, ['docker run --cap-add=SYS_PTRACE']],
  ['podman', { uid: 0, targetUid: 0, container: 'podman' }, ['podman run --cap-add=SYS_PTRACE']],
  [
    'docker, as another user',
    { container: 'docker', targetUid: 0 },
    ['docker run --cap-add=SYS_PTRACE', 'belongs to uid 0, you are uid 1000'],
  ],
  [
    'kubernetes',
    { uid: 0, targetUid: 0, container: 'kubernetes' },
    ['kubectl debug -it POD --image=node --target=CONTAINER --profile=sysadmin', 'capabilities.add: ["SYS_PTRACE"]'],
  ],
  ['a user namespace', { uid: 0, capSysPtrace: true, userNamespace: true }, ['user namespace']],
  [
    'walls around us',
    { uid: 0, capSysPtrace: true, seccompFilter: true, confinedBy: 'docker-default (enforce)' },
    ['"docker-default (enforce)"', 'seccomp=unconfined'],
  ],
  ['nothing known', { uid: 0, capSysPtrace: true }, ['a security module forbids it']],
])('advice for %s', (_, facts, expected) => {
  const lines = adviceFor({ ...FACTS, ...facts })
  expect(lines).toHaveLength(expected.length)
  for (const [index, part] of expected.entries()) expect(lines[index]).toContain(part)
  for (const line of lines) expect(line).not.toContain('\n')
})

it('repeats the command that was typed', () => {
  const lines = adviceFor({ ...FACTS, targetUid: 0 }, { command: 'npx @gospy/cli why 42 --json' })
  expect(lines[0]).toContain('sudo env "PATH=$PATH" npx @gospy/cli why 42 --json')
})

it('gathers the facts of this machine, also of a process that is not there', () => {
  const facts = permissionFacts(process.pid)
  const capabilities = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`)
  expect(facts).toMatchObject({ targetUid: process.geteuid!(), uid: process.geteuid!() })
  expect(facts.capSysPtrace).toBe(((capabilities >> 19n) & 1n) === 1n)
  expect(permissionFacts(2 ** 22)).toMatchObject({ targetUid: undefined, dumpable: undefined })
  expect(permissionAdvice(2 ** 22).length).toBeGreaterThan(0)
})

const root = process.getuid!() === 0

describe.skipIf(!root)('a process of user nobody (needs root to become one)', () => {
  /** Opens `pid` as root, gives all rights away, then runs `use`; prints the error it gets. */
  async function asNobody(pid: number, options: object, use: string): Promise<Record<string, unknown>> {
    const file = await bundle('permission')
    const code = `const { openProcess } = await import(${JSON.stringify(file)})
      const options = ${JSON.stringify(options)}
      // Native code is loaded while its files can be read.
      if (options.memory) openProcess(process.pid, { ...options, memory: 'process-vm-readv' })
      process.setgroups([]); process.setgid(65534); process.setuid(65534)
      const target = openProcess(${pid}, options)
      const into = new Uint8Array(8)
      try { console.log(JSON.stringify({ result: (${use}) })) }
      catch (error) {
        const { name, code, pid, message, advice, summary } = error
        console.log(JSON.stringify({ name, code, pid, message, advice, summary }))
      }`
    const child = new Target(process.execPath, ['--input-type=module', '-e', code])
    const answer = JSON.parse(await child.line()) as Record<string, unknown>
    await child.exited
    return answer
  }

  it.each([
    ['proc-mem', 'target.memory.read(4096, into)', 'EACCES'],
    ['process-vm-readv', 'target.memory.read(4096, into)', 'EPERM'],
    ['process-vm-readv', 'target.memory.readRanges([{ address: 4096, into, bytesRead: 0 }])', 'EPERM'],
    ['ptrace-peek', 'target.memory.read(4096, into)', 'EPERM'],
    ['proc-mem', 'target.executable', 'EACCES'],
    ['proc-mem', 'target.openExecutable()', 'EACCES'],
    ['proc-mem', 'target.maps()', 'EACCES'],
    ['proc-mem', 'target.auxv()', 'EACCES'],
    ['process-vm-readv', 'target.pause()', 'EPERM'],
  ])('%s: %s is %s, with the command to type', async (memory, use, code) => {
    const target = new Target('sleep', ['100'])
    const error = await asNobody(target.pid, { memory }, use)
    expect(error).toMatchObject({ name: 'ProcessError', code, pid: target.pid })
    expect(error['summary']).toMatch(new RegExp(`^cannot .*(permission denied|operation not permitted) \\(${code}\\)$`))
    expect(error['message']).toBe([error['summary'], ...(error['advice'] as string[])].join('\n'))
    expect(error['message']).toContain(
      `process ${target.pid} (sleep) belongs to uid 0, you are uid 65534: sudo env "PATH=$PATH" node `,
    )
  })

  it('may still see what everybody may', async () => {
    const target = new Target('sleep', ['100'])
    expect(await asNobody(target.pid, {}, '[target.status().name, target.userName, target.isAlive()]')).toEqual({
      result: ['sleep', 'root', true],
    })
    expect(await asNobody(target.pid, {}, 'target.threads()')).toEqual({ result: [target.pid] })
  })
})
