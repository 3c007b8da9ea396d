/** The text of /proc/PID/status (proc_pid_status(5)): `Name:\tvalue`, a line for each. */
import { FormatError } from '@gospy/bytes'

/** What /proc/PID/status says of a process. */
export interface ProcessStatus {
  /** The command's name, at most 15 bytes of it. */
  readonly name: string
  /** What the leading thread is doing: see `ThreadState`. */
  readonly state: string
  /** The process's number: that of its leading thread. */
  readonly tgid: number
  /** The parent's number; 0 for none that is visible from here. */
  readonly ppid: number
  /** The process that traces it, or 0. */
  readonly tracerPid: number
  /** Real and effective user and group numbers. */
  readonly uid: number
  readonly euid: number
  readonly gid: number
  readonly egid: number
  /** Its number in each PID namespace, from that of the reader inwards: `[4242, 7]` is 7 inside its container. */
  readonly nsPid: readonly number[]
  /** How many threads it has. */
  readonly threads: number
  /** Size of its virtual memory in bytes; undefined for a kernel thread and for a process that has ended. */
  readonly virtualBytes: number | undefined
  /** Size of its memory that is resident, in bytes; undefined as above. */
  readonly residentBytes: number | undefined
  /** Effective capabilities, a bit each (capabilities(7)). */
  readonly effectiveCapabilities: bigint
  /** Seccomp mode: 0 none, 1 strict, 2 filter. */
  readonly seccomp: number
  /** On how many processors it may run (sched_setaffinity(2)); undefined where the kernel does not tell. */
  readonly allowedCpus: number | undefined
}

const SECTION = '/proc/PID/status'

/**
 * Decodes the text of a status file. Lines it does not know are left alone; kernels add them.
 * @throws FormatError when a line that every kernel writes is missing or is not what it must be
 */
export function parseStatus(text: string): ProcessStatus {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const field = (name: string): string => fields.get(name) ?? missing(name)
  const [uid, euid] = numbers(field('Uid'), 'Uid', 4)
  const [gid, egid] = numbers(field('Gid'), 'Gid', 4)
  const tgid = numbers(field('Tgid'), 'Tgid', 1)[0]!
  return {
    name: unescapeName(field('Name')),
    state: field('State').slice(0, 1),
    tgid,
    ppid: numbers(field('PPid'), 'PPid', 1)[0]!,
    tracerPid: numbers(field('TracerPid'), 'TracerPid', 1)[0]!,
    uid: uid!,
    euid: euid!,
    gid: gid!,
    egid: egid!,
    // Since Linux 4.1, with namespaces configured.
    nsPid: fields.has('NSpid') ? numbers(field('NSpid'), 'NSpid', 1) : [tgid],
    threads: numbers(field('Threads'), 'Threads', 1)[0]!,
    virtualBytes: kibibytes(fields.get('VmSize'), 'VmSize'),
    residentBytes: kibibytes(fields.get('VmRSS'), 'VmRSS'),
    effectiveCapabilities: hexadecimal(fields.get('CapEff') ?? '0', 'CapEff'),
    seccomp: numbers(fields.get('Seccomp') ?? '0', 'Seccomp', 1)[0]!,
    allowedCpus: cpuCount(fields.get('Cpus_allowed_list')),
  }
}

function missing(name: string): never {
  throw new FormatError(`no line "${name}:"`, { section: SECTION })
}

function wrong(name: string, value: string): never {
  throw new FormatError(`${name} is ${JSON.stringify(value.slice(0, 60))}`, { section: SECTION })
}

/** At least `count` decimal numbers, parted by blanks. */
function numbers(value: string, name: string, count: number): number[] {
  const list = value.split(/\s+/).map((word) => (/^[0-9]{1,15}$/.test(word) ? Number(word) : wrong(name, value)))
  return list.length >= count ? list : wrong(name, value)
}

/** How many processors are in a list such as `0-3,8`. */
function cpuCount(list: string | undefined): number | undefined {
  if (list === undefined) return undefined
  return list.split(',').reduce((sum, range) => {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range)
    if (match === null) return wrong('Cpus_allowed_list', list)
    return sum + (match[2] === undefined ? 1 : Number(match[2]) - Number(match[1]) + 1)
  }, 0)
}

function kibibytes(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  const match = /^([0-9]{1,12}) kB$/.exec(value)
  return match === null ? wrong(name, value) : Number(match[1]) * 1024
}

function hexadecimal(value: string, name: string): bigint {
  return /^[0-9a-f]{1,32}$/.test(value) ? BigInt(`0x${value}`) : wrong(name, value)
}

/** The kernel writes a newline as `\n` and a backslash as `\\` here (fs/proc/array.c, proc_task_name). */
function unescapeName(name: string): string {
  return name.includes('\\') ? name.replace(/\\([n\\])/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\')) : name
}
