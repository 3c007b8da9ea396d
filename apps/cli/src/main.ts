/** gospy: arguments in, text or JSON out. */
import { DEFAULT_PAUSE_BUDGET_MS, NATIVE_ADAPTERS } from '@gospy/procmem'
import { Command, CommanderError, Option } from 'commander'
import type { DumpOptions } from './commands/dump.js'
import type { HeapCommandOptions } from './commands/heap.js'
import type { InfoOptions } from './commands/info.js'
import type { SchedOptions } from './commands/sched.js'
import type { SummaryOptions } from './commands/summary.js'
import type { TopOptions } from './commands/top.js'
import type { VarOptions } from './commands/var.js'
import { DUMP_FORMATS, TABLE_PLACES } from './dump-options.js'
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-code.js'
import { explain } from './explain.js'
import { ClosedPipe, type Io, standardIo } from './output.js'
import { printable } from './render/text.js'
import { MEMORY_METHODS } from './target.js'
import { GROUP_ORDERS } from './top/order.js'
import { UsageError } from './usage-error.js'
import { version } from './version.js'

const EXAMPLES = `
Examples:
  gospy ps                    the Go processes on this machine
  gospy 4242                  a summary of the goroutines of process 4242
  gospy dump 4242             its goroutines and their stacks
  gospy dump 4242 --json      the same for programs
  gospy top 4242              all that on a screen that is kept open
  gospy sched 4242            its scheduler: Ps, Ms, run queues
  gospy heap 4242             its heap and its garbage collector
  gospy var 4242 main.cfg     what a package variable holds
  gospy info ./server         what a binary says about itself
  gospy demo                  start a small Go program and look at it

Nothing is ever written to the process, and it is not stopped unless --pause says so.
Exit codes: 0 done, 1 failed, 64 wrong usage.
`

const FILTERS =
  'only goroutines for which it holds: userloc=, curloc=, goloc=, startloc=TEXT, label=KEY[=VALUE], running, user, or any text'

const DUMP_EXAMPLES = `
A location is written "main.work /srv/pool.go:88 in main.work", and TEXT is any
part of it. Any other text is looked for in the calls that the format shows, the
functions that created and started the goroutine, its state and its labels.
--format go is what Go itself prints, but without arguments, and without the
labels that Go 1.27 has in the headers: older readers cannot read such.

Examples:
  gospy dump 4242                                goroutines with equal stacks together
  gospy dump 4242 --filter 'sync.(*Mutex).Lock'  those that wait for a lock
  gospy dump 4242 --filter label=tenant=acme     those with this label
  gospy dump 4242 --filter '!user'               those of the runtime
  gospy dump 4242 --goid 17                      all about one of them
  gospy dump 4242 --goid 17 --locals             with what its variables hold
  gospy dump 4242 --group-by wait                what they wait for, and where
  gospy dump 4242 --format go > dump.txt         as Go itself prints them
  gospy dump 4242 --format pprof > dump.pb.gz    for go tool pprof
`

const TOP_HELP = `
Keys: arrows move, Enter opens a group's goroutines and then a goroutine's stack,
Esc goes back; g groups otherwise, s sorts otherwise, / filters, f freezes,
r counts growth anew, ? shows all keys, q quits.
`

const VAR_EXAMPLES = `
A name is that of the program (main.cfg, net/http.DefaultClient), its last part
(http.DefaultClient, cfg for main.cfg), or a pattern with * and ?. A path leads on
from it, through pointers: .field, [index], [key] of a map: ["key"] for strings,
or as it is shown, [{X: 1, Y: 2}]. *main.p is what main.p points to.

Examples:
  gospy var 4242 main.cfg                        a variable
  gospy var 4242 'main.cfg.Servers[2].Addr'      a part of it
  gospy var 4242 'main.byID["x"]' --depth 6      deeper
  gospy var 4242 'main.*' --json                 all of package main, for programs
  gospy var 4242 --list http                     names and types of those with "http" in their name
`

/** An option that may be given several times. */
function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

/** Each command's code is loaded when it is used: gospy is often run in loops, and by hand at bad times. */
function buildProgram(io: Io, args: readonly string[]): Command {
  const program = new Command('gospy')
    .description('What a running Go process is doing, from outside.')
    .version(version)
    .option('--no-color', 'plain text also on a terminal (so does the variable NO_COLOR)')
    .addHelpText('after', EXAMPLES)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(`gospy: ${usageHint(text.replace(/^error: /, ''), args)}`),
    })
    // An option's value that may be left out has to be written with an equals sign.
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(' [MS]', '[=MS]') })
    .exitOverride()
    .showHelpAfterError('(gospy --help shows all commands, gospy COMMAND --help its options)')

  processCommand(program, 'summary', 'how many goroutines a process has, and what they do (default)', {
    isDefault: true,
  }).action(async (pid: string | undefined, options: SummaryOptions) => {
    const { summary } = await import('./commands/summary.js')
    summary(io, pid, options)
  })

  processCommand(program, 'dump', 'the goroutines of a process and their stacks')
    .addOption(new Option('--format <FORMAT>', 'how to write them (default: text)').choices(DUMP_FORMATS))
    .option('--goid <N>', 'only these goroutines, in full detail: 17 or 17,18', collect)
    .option('--filter <TEST>', `${FILTERS}; '!TEST' for all others`, collect)
    .option(
      '--depth <N>',
      'only the N innermost calls of each stack: of those shown for text and go, of all for json and pprof',
    )
    .option('--no-stacks', 'json: read no stacks, which takes half the time; shows the call that each is parked in')
    .option('--group-by <WHAT>', 'text: stack (default), none, function, created-by, wait or label:KEY')
    .option('--locals', 'with --goid: the arguments and local variables of each call; text and json')
    .option('--max-depth <N>', 'with --locals: levels of fields and elements that are shown of each (default: 2)')
    .option('--max-string <N>', 'with --locals: bytes of each string that are shown (default: 200)')
    .option('--max-items <N>', 'with --locals: elements of each array, slice, map or channel (default: 64)')
    .option('--system', "text and go: also the runtime's own goroutines and calls")
    .addOption(
      new Option('--pc <PLACE>', 'with --group-by none: the place to show (default: current)').choices(TABLE_PLACES),
    )
    .addHelpText('after', DUMP_EXAMPLES)
    .action(async (pid: string | undefined, options: DumpOptions) => {
      const { dump } = await import('./commands/dump.js')
      await dump(io, pid, options)
    })

  processCommand(program, 'top', 'a live view: the goroutines in groups, the scheduler and the heap', {
    dead: false,
    json: false,
  })
    .option('--interval <S>', 'look so many seconds after the look before (default: 1)')
    .option('--once', 'print it once, as text; so it is where there is no terminal')
    .option('--group-by <WHAT>', 'function (default), created-by, wait or label:KEY')
    .addOption(new Option('--sort <ORDER>', 'which groups come first (default: count)').choices(GROUP_ORDERS))
    .option('--filter <TEST>', 'only these goroutines, as dump --filter has it')
    .option('--system', "also the runtime's own goroutines and calls")
    .addHelpText('after', TOP_HELP)
    .action(async (pid: string | undefined, options: TopOptions) => {
      const { top } = await import('./commands/top.js')
      await top(io, pid, options)
    })

  processCommand(program, 'sched', "the scheduler: Ps, Ms, run queues, and the system's view of its threads", {
    dead: false,
  })
    .option('--interval <S>', 'look again after so many seconds, and tell what happened meanwhile')
    .option('--count <N>', 'with --interval: so many times (default: 1)')
    .action(async (pid: string | undefined, options: SchedOptions) => {
      const { sched } = await import('./commands/sched.js')
      await sched(io, pid, options)
    })
  processCommand(program, 'heap', "the heap, the garbage collector, and Go's memory from the system", {
    dead: false,
  }).action(async (pid: string | undefined, options: HeapCommandOptions) => {
    const { heap } = await import('./commands/heap.js')
    heap(io, pid, options)
  })
  processCommand(program, 'var', 'what package variables hold', { dead: false })
    .argument('[NAME...]', 'variables, or paths to parts of them')
    .option(
      '--list [PATTERN]',
      'names and types of the variables whose name has this in it, or is as this pattern says',
    )
    .option('--depth <N>', 'levels of fields and elements that are shown (default: 3)')
    .option('--max-string <N>', 'bytes of each string that are shown (default: 200)')
    .option('--max-items <N>', 'elements of each array, slice, map or channel that are shown (default: 64)')
    .addHelpText('after', VAR_EXAMPLES)
    .action(async (pid: string | undefined, names: string[], options: VarOptions) => {
      const { variables } = await import('./commands/var.js')
      variables(io, pid, names, options)
    })

  program
    .command('ps')
    .description('the Go processes on this machine')
    .option('-j, --json', 'as JSON (schema gospy.ps/1)')
    .action(async (options: { json?: boolean }) => {
      const { ps } = await import('./commands/ps.js')
      ps(io, options)
    })

  program
    .command('info')
    .description('what a Go binary, or the binary of a process, says about itself')
    .argument('[FILE|PID]')
    .option('-p, --pid <PID>', 'the process')
    .option('-j, --json', 'as JSON (schema gospy.info/1)')
    .action(async (target: string | undefined, options: InfoOptions) => {
      const { info } = await import('./commands/info.js')
      info(io, target, options)
    })

  program
    .command('demo')
    .description('start a small Go program, look at it, and end it')
    .action(async () => {
      const { demo } = await import('./commands/demo.js')
      await demo(io)
    })
  return program
}

/** A command about one process, with the options that all of them share. */
function processCommand(
  program: Command,
  name: string,
  description: string,
  { dead = true, json = true, ...options }: { isDefault?: boolean; dead?: boolean; json?: boolean } = {},
) {
  const command = program
    .command(name, options)
    .description(description)
    .argument('[PID]', 'the process')
    .option('-p, --pid <PID>', 'the process')
    .option('-b, --bin <FILE>', 'an unstripped twin of its program, to take debug data from')
    .addOption(
      new Option(
        '--pause [MS]',
        `stop all threads while memory is copied, for at most so long (--pause=${DEFAULT_PAUSE_BUDGET_MS})`,
      ).conflicts(['nonBlocking', 'nonblocking']),
    )
    .option('--non-blocking', 'do not stop the process (the default)')
    .addOption(new Option('--nonblocking').hideHelp())
    .addOption(new Option('--memory <METHOD>', 'how memory is read').choices(MEMORY_METHODS).default('proc-mem'))
    .addOption(new Option('--native <PACKAGE>', 'which package makes native calls').choices(NATIVE_ADAPTERS))
  if (json) command.option('-j, --json', `as JSON (schema gospy.${name}/1)`)
  return dead ? command.option('-d, --show-dead', 'also goroutines that have ended and wait to be reused') : command
}

/** What commander says of a wrong command line, and where it was misled by it, what is meant. */
function usageHint(text: string, args: readonly string[]): string {
  if (!/^too many arguments/.test(text)) return text
  const [first] = args
  if (first !== undefined && /^[a-z]/i.test(first) && text.includes("'summary'") && first !== 'summary') {
    return `unknown command "${printable(first)}"\n`
  }
  const value = args[args.indexOf('--pause') + 1]
  if (args.includes('--pause') && value !== undefined && /^\d+$/.test(value)) {
    return `${text.trimEnd()} If ${value} is how long --pause may take: --pause=${value}\n`
  }
  return text
}

/** Runs gospy with these arguments. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const io = standardIo(!args.includes('--no-color'))
  try {
    // A value only behind an equals sign: `--pause 4242` stops process 4242.
    const unambiguous = args.map((arg) => (arg === '--pause' ? `--pause=${DEFAULT_PAUSE_BUDGET_MS}` : arg))
    await buildProgram(io, args).parseAsync(unambiguous, { from: 'user' })
    return EXIT_OK
  } catch (error) {
    if (error instanceof ClosedPipe) return EXIT_OK
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
    io.stderr.write(`gospy: ${explain(error)}\n`)
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED
  }
}
