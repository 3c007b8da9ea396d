/** `gospy top` in a pseudo-terminal: the real program, its keys, its screen, signals and sizes. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type RunningFixture, startFixture } from 'gospy-fixtures'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { KEYS, Pty, type PtyOptions, pasted } from './pty.js'
import { fixture, gospy } from './run-gospy.js'

const TIMEOUT = 60_000

let running: RunningFixture
const open: Pty[] = []

beforeAll(async () => {
  running = await startFixture(fixture('states'))
  await running.gc()
}, TIMEOUT)
afterAll(() => running.stop())
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]()
})

function start(command: string, args: readonly (string | number)[], options?: PtyOptions): Pty {
  const opened = new Pty(command, args, options)
  open.push(opened)
  return opened
}

function top(args: readonly (string | number)[] = [], options?: PtyOptions): Pty {
  return start(process.execPath, [gospy, 'top', running.pid, ...args], options)
}

/** What stands below the title line whose first column is COUNT or ID. */
function entries(screen: Pty): string[] {
  const lines = screen.lines()
  const title = lines.findIndex((line) => /^ *(COUNT|ID) /.test(line))
  return lines.slice(title + 1, -1).filter((line) => line !== '')
}

describe('the screen', { timeout: TIMEOUT }, () => {
  it('shows the process and its groups on 24 lines of 80', async () => {
    const screen = top()
    const text = await screen.until('q quit')
    const { goroutines } = await running.truth()
    const lines = text.split('\n')
    expect(screen.isFullScreen).toBe(true)
    expect(lines[0]).toMatch(new RegExp(`^gospy top {2}${running.pid} .*${running.ready.goVersion}.* every 1 s$`))
    expect(lines[1]).toMatch(
      new RegExp(`^CPU (-|\\d+ %) of \\d+ % {3}GOMAXPROCS ${running.ready.gomaxprocs} {3}threads \\d+ {3}memory`),
    )
    // runtime.Stack does not show the runtime's own.
    const [, all, system] = /^(\d+) goroutines: .*\((\d+) of the runtime\)$/.exec(lines[2]!)!
    expect(Number(all) - Number(system)).toBe(goroutines.length)
    expect(lines[3]).toMatch(/^▁+ {2}\d+ to \d+ in \d+ looks?$/)
    expect(lines[4]).toMatch(
      /^GC (idle|mark|mark termination), \d+ cycles? \(.*\) {3}heap .*, next at .*( {3}GC CPU \d+\.\d %)?$/,
    )
    expect(lines[5]).toMatch(/^Run queues: global \d+, P0 \d+.* Ps idle, \d+ Ms spinning$/)
    expect(lines[6]).toMatch(/^Goroutines by function, most first/)
    expect(lines[7]).toMatch(/^ COUNT {2}GROWTH {4}WAITED {2}STATE +FUNCTION +MOSTLY AT$/)
    expect(lines[23]).toMatch(/^q quit {2}\? help {2}Enter open/)
    expect(entries(screen)).toHaveLength(15)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(screen.selected()).toBe(entries(screen)[0])
  })

  it('takes second place: at lower priority, on one processor', async () => {
    const screen = top()
    await screen.until('q quit')
    const stat = readFileSync(`/proc/${screen.pid}/stat`, 'latin1')
    // Field 19 of proc_pid_stat(5), counted behind the name from field 3.
    expect(Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19 - 3])).toBeGreaterThanOrEqual(10)
    const status = readFileSync(`/proc/${screen.pid}/status`, 'latin1')
    const hasTaskset = spawnSync('taskset', ['--version']).error === undefined
    if (hasTaskset) expect(status).toMatch(/^Cpus_allowed_list:\t\d+$/m)
  })

  it('opens a group, its goroutines and a stack, and goes back', async () => {
    const screen = top(['--filter', 'main.mutexLock'])
    await screen.until('filter: main.mutexLock')
    expect(entries(screen)).toHaveLength(1)
    screen.press(KEYS.enter)
    await screen.until(/^ +ID {4}WAITED/m)
    const { named } = await running.truth()
    const id = named['mutexLock']
    expect(entries(screen)).toEqual([expect.stringMatching(new RegExp(`^ +${id} .*main\\.mutexLock`))])
    screen.press(KEYS.enter)
    const stack = await screen.until(`Goroutine ${id}`)
    expect(stack).toMatch(new RegExp(`goroutine ${id}, sync.Mutex.Lock, .*: main.mutexLock`))
    expect(stack).toContain('created by main.startLocks in goroutine 1')
    expect(stack).toMatch(/ {2}> main\.mutexLock\n {8}\S+blocking\.go:\d+/)
    screen.press(KEYS.escape)
    await screen.until(/^ +ID {4}WAITED/m)
    screen.press(KEYS.left)
    await screen.until(/^ COUNT/m)
  })

  it('moves, and keeps what is chosen in sight', async () => {
    const screen = top(['--system'], { rows: 20 })
    await screen.until('q quit')
    const first = screen.selected()
    screen.press(KEYS.down, KEYS.down)
    await screen.until(() => screen.selected() === entries(screen)[2])
    screen.press('k')
    await screen.until(() => screen.selected() === entries(screen)[1])
    screen.press(KEYS.end)
    await screen.until(() => screen.selected() === entries(screen).at(-1) && screen.selected() !== undefined)
    const last = screen.selected()
    screen.press(KEYS.up, KEYS.pageDown)
    await screen.until(() => screen.selected() === last)
    screen.press(KEYS.home)
    await screen.until(() => screen.selected() === first)
  })

  it('groups and sorts otherwise', async () => {
    const screen = top()
    await screen.until('q quit')
    screen.press('g')
    await screen.until(/Goroutines by the go statement.*\n.* CREATED BY/)
    screen.press('g')
    const byWait = await screen.until(/Goroutines by what they wait for.*\n COUNT {2}GROWTH {4}WAITED {2}STATE/)
    expect(byWait).toMatch(/^ +3 .* sync\.Mutex\.Lock/m)
    screen.press('g')
    await screen.until(/Goroutines by label \w+, most first/)
    screen.press('G', 's')
    await screen.until('most grown first')
    screen.press('3')
    await screen.until('longest waiting first')
    screen.press('4')
    const busy = await screen.until('busiest first')
    expect(entries(screen)[0]).toMatch(/syscall/)
    expect(busy).not.toMatch(/Goroutines by label/)
    screen.press('i')
    await screen.until('idlest first')
  })

  it('filters while one types, and says what a filter lacks', async () => {
    const screen = top()
    await screen.until('q quit')
    screen.press('/')
    await screen.until('Filter:')
    // Letters are text now, not keys.
    screen.press(...'sync.Cond.Waitq')
    await screen.until('no goroutine passes the filter')
    screen.press(KEYS.backspace)
    await screen.until(/^ +1 .* main\.condWait +blocking\.go/m)
    expect(entries(screen)).toHaveLength(1)
    screen.press(KEYS.ctrlU, ...'label=')
    await screen.until('--filter label needs a key')
    screen.press(...'key', KEYS.enter)
    await screen.until('filter: label=key')
    screen.press(KEYS.escape)
    await screen.until((text) => !text.includes('filter: label=key') && entries(screen).length === 15)
  })

  it('counts growth, and stands still when it is frozen', async () => {
    const screen = top(['--interval', '0.2', '--sort', 'growth'])
    await screen.until('q quit')
    await running.spawn(40)
    await screen.until(/^ +\d+ +\+40 .* main\.parkedExtra /m)
    expect(screen.lines()[3]).toMatch(/█ /)
    screen.press('r')
    await screen.until((text) => !text.includes('+40'))
    screen.press('f')
    const frozen = await screen.until('FROZEN')
    await running.spawn(10)
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(screen.text()).toBe(frozen)
    screen.press('f')
    await screen.until(/ \+10 .* main\.parkedExtra /)
    await running.release(20)
    screen.press('i')
    await screen.until(/^ +30 +-10 .* main\.parkedExtra/m)
    await running.release(30)
    // None is left: that is told as long as growth is counted from a look where they were.
    await screen.until(/^ +0 +-40 +gone +main\.parkedExtra$/m)
    expect(screen.text()).toMatch(/least grown first +\d+, 1 gone$/m)
    screen.press(KEYS.enter)
    await screen.until('none of them is there any more')
    screen.press(KEYS.escape, 'r')
    await screen.until((text) => !text.includes('main.parkedExtra'))
  })

  it('takes pasted text as text, whatever is in it', async () => {
    const screen = top()
    await screen.until('q quit')
    // Not as keys: it would end here.
    screen.press(pasted('q\rq'), '/', pasted('main.cond\r'), pasted('Wait'))
    await screen.until(/^Filter: main\.condWait /m)
    await screen.until(() => entries(screen).length === 1)
    screen.press(pasted(' \x1bq'), KEYS.ctrlW)
    await screen.until(/^Filter: main\.condWait /m)
    screen.press(KEYS.ctrlU, pasted('x'.repeat(200)))
    // What is being typed is seen at its end.
    await screen.until(/^Filter: …x+$/m)
    screen.press(KEYS.escape)
    await screen.until(() => entries(screen).length === 15)
  })

  it('leaves nothing of wide, joined and combining characters on the screen', async () => {
    const screen = top(['--filter', 'main.condWait'])
    await screen.until('filter: main.condWait')
    const before = screen.lines().slice(6)
    screen.press('/', KEYS.ctrlU, pasted('日本👩‍👩‍👧👍🏽🇩🇪क्षिe\u0301\u0302\u0303ｱｲ가\u200b'))
    await screen.until('no goroutine passes')
    screen.press(KEYS.ctrlU, pasted('main.condWait'), KEYS.enter)
    await screen.until('filter: main.condWait')
    expect(screen.lines().slice(6)).toEqual(before)
  })

  it('passes over sequences that it does not know', async () => {
    const screen = top()
    await screen.until('q quit')
    screen.press('\x1b[99;99~', '\x1b[?62;c', KEYS.down)
    await screen.until(() => screen.selected() === entries(screen)[1])
    screen.press('q')
    expect(await screen.exited).toEqual({ exitCode: 0, signal: 0 })
  })

  it('explains its keys and columns', async () => {
    const screen = top()
    await screen.until('q quit')
    screen.press('?')
    const help = await screen.until((text) => /STATE .* states$/m.test(text) && text.endsWith('any key: back'))
    expect(help).toContain('GROWTH')
    expect(help).toContain('q  Ctrl-C')
    expect(help).not.toContain('…')
    screen.press('x')
    await screen.until('Goroutines by function')
    screen.resize(80, 10)
    screen.press('?')
    await screen.until((text) => text.includes('any key: back') && text.includes('move by a screen'))
    screen.press(KEYS.end)
    await screen.until(/STATE .* states$/m)
    screen.press(KEYS.up, KEYS.escape)
    await screen.until('Goroutines by function')
  })

  it.each([
    [120, 40],
    [44, 12],
    [30, 8],
    [20, 4],
    [10, 2],
  ])('takes another size: %i x %i', async (columns, rows) => {
    const screen = top()
    await screen.until('q quit')
    screen.resize(columns, rows)
    await screen.until((text) => text.split('\n').every((line) => line.length <= columns))
    if (rows >= 3) await screen.until(() => screen.selected()?.includes('main.(*') === true || columns < 40)
    if (rows >= 6) await screen.until((text) => text.split('\n')[rows - 1]!.startsWith('q quit'))
    screen.press('?')
    screen.press('x')
    screen.resize(80, 24)
    await screen.until((text) => text.split('\n')[23]!.startsWith('q quit') && text.startsWith('gospy top'))
    screen.press('q')
    expect(await screen.exited).toEqual({ exitCode: 0, signal: 0 })
  })

  it('goes without colour where that is wanted, and with it where not', async () => {
    const coloured = top()
    await coloured.until('q quit')
    expect(coloured.written).toContain('\x1b[36m')
    const plain = top([], { env: { NO_COLOR: '1' } })
    await plain.until('q quit')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    expect(plain.written).not.toMatch(/\x1b\[3[0-8][;m]/)
  })

  it('shows what was last seen of a process that has ended', async () => {
    const other = await startFixture(fixture('demo'))
    const screen = start(process.execPath, [gospy, 'top', other.pid, '--interval', '0.2'])
    await screen.until('q quit')
    await other.stop()
    await screen.until(/ENDED {2}\d\d:\d\d:\d\d$/m)
    const text = await screen.until('has ended: this is what was last seen of it')
    expect(text).toMatch(/^ +\d+ .* main\./m)
    screen.press(KEYS.enter)
    await screen.until(/^ +ID /m)
    screen.press('q')
    expect(await screen.exited).toEqual({ exitCode: 0, signal: 0 })
  })

  it('says when a goroutine has ended, and keeps what it was', async () => {
    await running.spawn(1)
    const screen = top(['--interval', '0.2', '--filter', 'main.parkedExtra'])
    await screen.until(() => entries(screen).length === 1)
    screen.press(KEYS.enter)
    await screen.until(/^ +ID /m)
    screen.press(KEYS.enter)
    await screen.until(/^Goroutine \d+$/m)
    await running.release(1)
    const text = await screen.until('It has ended. When it was last seen, ')
    expect(text).toContain('> main.parkedExtra')
  })
})

const tmux = spawnSync('tmux', ['-V']).status === 0

describe(`in tmux${tmux ? '' : ' (there is no tmux)'}`, { timeout: TIMEOUT }, () => {
  const socket = `gospy-test-${process.pid}`
  const call = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout
  }
  const shows = async (what: RegExp) => {
    const end = Date.now() + 20_000
    let text: string
    do {
      text = call('capture-pane', '-p')
      if (what.test(text)) return text
      await new Promise((resolve) => setTimeout(resolve, 50))
    } while (Date.now() < end)
    throw new Error(`waited in vain for ${what}:\n${text}`)
  }
  afterEach(() => void (tmux && spawnSync('tmux', ['-L', socket, 'kill-server'])))

  it.skipIf(!tmux)('draws, takes keys and sizes, and leaves the pane as it was', async () => {
    const command = `echo before; '${process.execPath}' '${gospy}' top ${running.pid}; echo code: $?.; sleep 60`
    call('new-session', '-d', '-x', '80', '-y', '24', command)
    const text = await shows(/q quit/)
    expect(text.split('\n')[7]).toMatch(/^ COUNT {2}GROWTH {4}WAITED {2}STATE +FUNCTION +MOSTLY AT$/)
    call('send-keys', 'Down', 'Enter')
    await shows(/^ +ID {4}WAITED/m)
    call('send-keys', 'Escape')
    await shows(/^ COUNT/m)
    call('resize-window', '-x', '100', '-y', '30')
    await shows(/^(.*\n){29}q quit/)
    call('send-keys', 'q')
    expect(await shows(/code: 0\./)).toMatch(/^\s*before\ncode: 0\.\s*$/)
  })
})

describe('its end', { timeout: TIMEOUT }, () => {
  /** A shell that tells how the terminal is set, starts gospy, and tells it again. */
  const shell = (extra = '') =>
    start('/bin/sh', [
      '-c',
      `stty -a > /dev/null; echo before: $(stty -g); "$0" "$1" top "$2" ${extra}; code=$?; echo after: $(stty -g); echo code: $code.; sleep 60`,
      process.execPath,
      gospy,
      running.pid,
    ])

  /** The terminal is as it was: its settings, its screen, its cursor. */
  function restored(screen: Pty): void {
    const [, before] = /before: ([\da-f]+:\S+)/.exec(screen.written)!
    const [, after] = /after: ([\da-f]+:\S+)/.exec(screen.written)!
    expect(after).toBe(before)
    expect(screen.isFullScreen).toBe(false)
    const shown = screen.written.lastIndexOf('\x1b[?25h')
    expect(shown).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'))
    expect(screen.written.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?1049h'))
  }

  it.each([
    ['q', 'q', 0],
    ['Ctrl-C', KEYS.ctrlC, 0],
  ])('by %s leaves the terminal as it was', async (_, key, code) => {
    const screen = shell()
    await screen.until('q quit')
    screen.press(key)
    await screen.until(`code: ${code}.`)
    restored(screen)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('by %s leaves the terminal as it was, and is an end by that signal', async (signal, code) => {
    // The shell tells the number of the program that it becomes.
    const screen = start('/bin/sh', [
      '-c',
      `ulimit -c 0; echo before: $(stty -g); sh -c 'echo $$ > /dev/stderr; exec "$0" "$@"' "$0" "$1" top "$2"; code=$?; echo after: $(stty -g); echo code: $code.; sleep 60`,
      process.execPath,
      gospy,
      running.pid,
    ])
    await screen.until('q quit')
    const pid = Number(/^\s*before: \S+\s+(\d+)/.exec(screen.written)![1])
    process.kill(pid, signal)
    await screen.until(`code: ${code}.`)
    restored(screen)
  })

  it('is none when it is put aside: fg brings it back', async () => {
    const screen = start('/bin/bash', ['--norc', '--noprofile', '-i'], { env: { PS1: '$ ' } })
    await screen.until(/^\$$/m)
    screen.press(`'${process.execPath}' '${gospy}' top ${running.pid}\r`)
    await screen.until('q quit')
    screen.press(KEYS.ctrlZ)
    await screen.until(/Stopped/)
    expect(screen.isFullScreen).toBe(false)
    screen.press('fg\r')
    await screen.until('q quit')
    expect(screen.isFullScreen).toBe(true)
    screen.press('q')
    await screen.until(() => !screen.isFullScreen)
    screen.press('echo code: $?.\r')
    await screen.until('code: 0.')
  })

  it.each(['SIGTSTP', 'SIGSTOP'] as const)('is none when %s stops it: fg brings it back', async (signal) => {
    const screen = start('/bin/bash', ['--norc', '--noprofile', '-i'], { env: { PS1: '$ ' } })
    await screen.until(/^\$$/m)
    screen.press(`echo before: $(stty -g); '${process.execPath}' '${gospy}' top ${running.pid}\r`)
    await screen.until('q quit')
    const [child] = readFileSync(`/proc/${screen.pid}/task/${screen.pid}/children`, 'latin1').split(' ')
    process.kill(Number(child), signal)
    // One of them can be caught, and leaves the terminal as it was.
    if (signal === 'SIGTSTP') await screen.until(() => !screen.isFullScreen)
    while (!/^State:\tT/m.test(readFileSync(`/proc/${child}/status`, 'latin1'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { length } = screen.written
    screen.press('fg\r')
    // The shell had the terminal: everything is set and drawn anew.
    await screen.until(() => screen.written.slice(length).includes('q quit') && screen.isFullScreen)
    screen.press('q')
    await screen.until(() => !screen.isFullScreen)
    screen.press('echo after: $(stty -g)\r')
    await screen.until(/after: [\da-f]+:/)
    restored(screen)
  })

  it('comes when the terminal is taken away', async () => {
    const screen = top()
    await screen.until('q quit')
    const { pid } = screen
    await screen[Symbol.asyncDispose]()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})
