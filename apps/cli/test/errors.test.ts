/** What gospy says when it cannot answer: one clear line, what to do, and an exit code. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProcess, ProcessError } from '@gospy/procmem'
import { fixturePath, startFixture } from 'gospy-fixtures'
import { afterAll, describe, expect, it } from 'vitest'
import { fixture, gospy, runGospy } from './run-gospy.js'

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore' })
  children.push(child)
  return child
}

/** Expects failure with one line on stderr and nothing on stdout, and returns that line. */
function failure(args: readonly (string | number)[], code = 1, options: Parameters<typeof runGospy>[1] = {}): string {
  const result = runGospy(args, options)
  expect(result.stdout).toBe('')
  expect(result.stderr).toMatch(/^gospy: [^\n]+\n$/)
  expect(result.stderr).not.toContain('internal error')
  expect(result.code).toBe(code)
  return result.stderr
}

describe('a process that cannot be shown', () => {
  it('is not Go', () => {
    const child = start('sleep', ['60'])
    expect(failure(['dump', child.pid!])).toMatch(/process \d+ is not a Go program: .*sleep.*`gospy ps` lists/)
  })

  it('has ended', async () => {
    const child = start('true', [])
    await once(child, 'exit')
    expect(failure(['dump', child.pid!])).toContain(`there is no process ${child.pid}`)
  })

  it.skipIf(process.getuid?.() !== 0)('belongs to another user (needs root, to be someone else)', async () => {
    await using running = await startFixture(fixture('states'))
    // Somebody who may not read the checkout could not even run gospy.
    expect(failure(['dump', running.pid], 1, { uid: 65534 })).toMatch(/permission denied.*sudo/)
  })

  it('is stripped, and another build is given as its twin', async () => {
    await using running = await startFixture(fixture('states', { mode: 'stripped' }))
    const other = fixturePath(fixture('states', { goVersion: '1.19.13' }))
    expect(failure(['dump', running.pid, '--bin', other])).toContain('is not the same build')
    expect(failure(['dump', running.pid, '--bin', '/bin/ls'])).toContain('is not a Go program')
    expect(failure(['dump', running.pid, '--bin', '/nowhere'])).toContain('cannot open /nowhere: no such file')
  })

  it('has more goroutines than can be copied in the time', async () => {
    await using running = await startFixture(fixture('many'), { args: ['-n', '60000'] })
    // Stopping alone, or else copying 60,000 goroutines, takes longer than that.
    expect(failure(['dump', running.pid, '--pause=1'])).toMatch(/could not be copied in the time|did not stop in time/)
    expect((await running.status()).numGoroutine).toBeGreaterThan(60_000)
  })

  it('is a thread', async () => {
    await using running = await startFixture(fixture('states'))
    const thread = readdirSync(`/proc/${running.pid}/task`).find((tid) => tid !== String(running.pid))!
    expect(failure(['dump', thread])).toContain(`is a thread of process ${running.pid}`)
  })

  const kernelThread = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isKernelThread(Number(name)))
  it.skipIf(kernelThread === undefined)('is one of the kernel (skipped in a container, which shows none)', () => {
    expect(failure(['dump', kernelThread!])).toMatch(/is a kernel thread|permission denied/)
  })
})

function isKernelThread(pid: number): boolean {
  try {
    using process = openProcess(pid)
    return process.isKernelThread
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof ProcessError) return false
    throw error
  }
}

describe('a stripped process with its twin', () => {
  it('is shown as if it were not stripped', async () => {
    const twin = fixture('states', { goVersion: fixture('states', { mode: 'stripped' }).goVersion })
    await using running = await startFixture(fixture('states', { mode: 'stripped' }))
    const { code, stdout, stderr } = runGospy(['dump', running.pid, '--bin', fixturePath(twin), '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const truth = await running.truth()
    const users = JSON.parse(stdout).goroutines.filter((goroutine: { system: boolean }) => !goroutine.system)
    expect(users.map(({ id }: { id: number }) => id)).toEqual(
      truth.goroutines.map(({ id }) => id).sort((a, b) => a - b),
    )
  })
})

describe('a wrong file', () => {
  it.each([
    ['no ELF file', '/etc/passwd', 'is not a Go program for Linux: not an ELF file'],
    ['not Go', process.execPath, 'is not a Go program'],
    ['not there', '/nowhere', 'cannot open /nowhere: no such file or directory'],
    ['a folder', '/etc', 'is a folder'],
  ])('%s', (_, file, text) => {
    expect(failure(['info', file])).toContain(text)
  })
})

it('names the file that is damaged, whatever is asked of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gospy-damaged-'))
  try {
    const bytes = readFileSync(fixturePath(fixture('states')))
    // The section headers lie behind the end of the file (e_shoff).
    bytes.writeBigUInt64LE(0x7fff_0000n, 0x28)
    const path = join(folder, 'server')
    writeFileSync(path, bytes)
    expect(failure(['info', path])).toMatch(/server is damaged: section header table/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('names the packer of a program that is packed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gospy-packed-'))
  try {
    // What UPX leaves is an ELF header, program headers, its own header, and bytes that mean nothing to others.
    const header = readFileSync(fixturePath(fixture('states'))).subarray(0, 64)
    const packed = Buffer.alloc(2000, 0x5a)
    header.copy(packed)
    packed.writeBigUInt64LE(0n, 0x28)
    for (const field of [0x38, 0x3a, 0x3c, 0x3e]) packed.writeUInt16LE(0, field)
    packed.write('UPX!', 0xec)
    const path = join(folder, 'server')
    writeFileSync(path, packed)
    expect(failure(['info', path])).toMatch(/server is packed by UPX.*upx -d FILE/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('names the goroutine that is not there', async () => {
  await using running = await startFixture(fixture('states'))
  expect(failure(['dump', running.pid, '--goid', '99999'])).toMatch(
    /^gospy: there is no goroutine 99999 among the \d+ /,
  )
})

describe('wrong usage', () => {
  it.each([
    [['frob'], 'neither a command nor the number of a process'],
    [['dump'], 'which process?'],
    [['dump', '0'], 'neither a command nor'],
    [['dump', '1', '--pid', '2'], 'two processes are named'],
    [['dump', '1', '--pause=soon'], '--pause takes milliseconds'],
    [['dump', '1', '--json', '--format', 'go'], '--json and --format go contradict each other'],
    [['dump', '1', '--goid', 'x'], '--goid takes ids'],
    [['dump', '1', '--filter', 'userloc'], '--filter userloc needs'],
    [['dump', '1', '--group-by', 'size'], '--group-by takes'],
    [['dump', '1', '--depth', 'x'], '--depth takes'],
    [['dump', '1', '--json', '--system'], '--system is for text and go'],
  ])('%j', (args, text) => {
    expect(failure(args, 64)).toContain(text)
  })

  it.each([
    [['dump', '1', '--frob']],
    [['dump', '1', '--pc', 'nowhere']],
    [['dump', '1', '--format', 'xml']],
    [['dump', '1', '2']],
    [['dump', '1', '--pause', '--non-blocking']],
  ])('%j', (args) => {
    const { code, stdout, stderr } = runGospy(args)
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(stderr).toMatch(/^gospy: /)
  })
})

it.each([
  [['dmp', '1'], /^gospy: unknown command "dmp"\n/],
  [['dump', '--pause', '50', '1'], /^gospy: too many arguments .*--pause=50\n/],
  [['dump', '1', '--pause', '50'], /^gospy: too many arguments .*--pause=50\n/],
])('says of %j what is meant', (args, text) => {
  const { code, stderr } = runGospy(args)
  expect(code).toBe(64)
  expect(stderr).toMatch(text)
})

it('has help that says how options are written', () => {
  const { stdout } = runGospy(['dump', '--help'])
  expect(stdout).toContain('--pause[=MS]')
  expect(stdout).toContain("'!user'")
  expect(stdout).not.toContain('[MS]')
})

describe('the terminal', () => {
  it('says so when the answer does not fit on the disk', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `'${process.execPath}' '${gospy}' --help > /dev/full`], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'gospy: cannot write the answer: no space left on device\n',
    })
  })

  it('gives the answer also where nobody hears the remarks', async () => {
    await using running = await startFixture(fixture('states'))
    const { stdout, status } = spawnSync('sh', ['-c', `'${process.execPath}' '${gospy}' dump ${running.pid} 2>&-`], {
      encoding: 'utf8',
    })
    expect(status).toBe(0)
    expect(stdout).toContain('chan receive')
  })

  it('takes --pause before a process for what it is', async () => {
    await using running = await startFixture(fixture('states'))
    const { code, stdout } = runGospy(['summary', '--pause', running.pid, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).snapshot.mode).toBe('paused')
  })

  it('ends without a trace of itself when the demo cannot be started', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gospy-noexec-'))
    try {
      const { code, stderr } = runGospy(['demo'], { env: { TMPDIR: join(folder, 'not-there') } })
      expect(code).toBe(1)
      expect(stderr).toMatch(/^gospy: [^\n]*not-there[^\n]*\n$/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('takes a closed pipe for the end', async () => {
    await using running = await startFixture(fixture('many'), { args: ['-n', '20000'] })
    const child = spawn(process.execPath, [gospy, 'dump', String(running.pid), '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('is not sent control characters from the process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gospy-test-'))
    chmodSync(folder, 0o755)
    try {
      expect(failure(['info', `${folder}/\u001b]0;title\u0007`])).toContain('\\x1b]0;title\\x07')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
