/** From "permission denied" to the next command to type. */
import { type PermissionFacts, permissionFacts } from './permission-facts.js'

export interface AdviceOptions {
  /** The command to repeat with more rights, as typed. Default: this very one. */
  command?: string
}

/**
 * Why this process may not look into process `pid`, and what to do: one cause and its remedy a line, the most telling
 * first. Never empty, and never throws because something can't be known.
 */
export function permissionAdvice(pid: number, options: AdviceOptions = {}): string[] {
  return adviceFor(permissionFacts(pid), options)
}

/** The advice for facts already known. */
export function adviceFor(facts: PermissionFacts, { command }: AdviceOptions = {}): string[] {
  const run = command ?? ownCommand()
  const sudo = `sudo env "PATH=$PATH" ${run}`
  const target = `process ${facts.pid}${facts.targetName === undefined ? '' : ` (${facts.targetName})`}`
  const lines: string[] = []

  if (facts.ptraceScope === 3) {
    lines.push('kernel.yama.ptrace_scope is 3: nobody may look into another process until this machine is restarted.')
  }
  if (!facts.capSysPtrace) {
    if (facts.container !== undefined) lines.push(...containerAdvice(facts.container))
    if (facts.targetUid !== undefined && facts.targetUid !== facts.uid) {
      lines.push(`${target} belongs to uid ${facts.targetUid}, you are uid ${facts.uid}: ${sudo}`)
    } else if (facts.dumpable === false) {
      lines.push(`${target} is protected (it changed its user or has file capabilities): ${sudo}`)
    } else if (facts.ptraceScope === 1) {
      lines.push(
        `kernel.yama.ptrace_scope is 1: your own processes may be looked into only by their parents: ${sudo}`,
        'To allow it for your own processes until the next restart: sudo sysctl kernel.yama.ptrace_scope=0',
      )
    } else if (facts.ptraceScope === 2) {
      lines.push(`kernel.yama.ptrace_scope is 2: it takes CAP_SYS_PTRACE: ${sudo}`)
    } else if (facts.uid === 0 && facts.container === undefined) {
      lines.push('you are root without CAP_SYS_PTRACE: see "grep Cap /proc/self/status" and CapabilityBoundingSet.')
    }
    if (lines.length === 0) lines.push(`it takes more rights: ${sudo}`)
    return lines
  }

  // With the capability, what is left are walls around us or around the target.
  if (facts.userNamespace) {
    lines.push(`you are in a user namespace, whose capabilities do not count outside it: run on the host: ${sudo}`)
  }
  if (facts.confinedBy !== undefined) {
    lines.push(
      `you are confined by the security label "${facts.confinedBy}": docker run --security-opt apparmor=unconfined`,
    )
  }
  if (facts.seccompFilter) {
    lines.push('a seccomp filter is on you and may forbid it: docker run --security-opt seccomp=unconfined')
  }
  if (lines.length === 0) {
    lines.push(
      `you have CAP_SYS_PTRACE; if ${target} is refused all the same, a security module forbids it: sudo dmesg`,
    )
  }
  return lines
}

/** How this process was started, as one would type it. */
function ownCommand(): string {
  const words = ['node', ...process.execArgv, ...process.argv.slice(1)]
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

function containerAdvice(container: NonNullable<PermissionFacts['container']>): string[] {
  if (container === 'kubernetes') {
    return [
      'this container lacks SYS_PTRACE: kubectl debug -it POD --image=node --target=CONTAINER --profile=sysadmin',
      'or give the container securityContext.capabilities.add: ["SYS_PTRACE"]',
    ]
  }
  const tool = container === 'podman' ? 'podman' : 'docker'
  return [`this container lacks SYS_PTRACE: ${tool} run --cap-add=SYS_PTRACE …, or run on the host, as root`]
}
