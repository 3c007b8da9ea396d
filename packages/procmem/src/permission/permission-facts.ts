/** What decides whether this process may look into another (ptrace(2), "Ptrace access mode checking"), gathered from /proc. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { type ProcessStatus, parseStatus } from '../proc/status.js'
import { systemErrorCode } from '../process-error.js'

export interface PermissionFacts {
  readonly pid: number
  /** The target's effective user; undefined where it can't be known. */
  readonly targetUid: number | undefined
  /** The target's command name. */
  readonly targetName: string | undefined
  /**
   * False where the kernel guards the target's memory: it runs with changed user or file capabilities, or asked for it
   * (prctl PR_SET_DUMPABLE). Undefined where that can't be told, as for root's processes.
   */
  readonly dumpable: boolean | undefined
  /** Our own effective user. */
  readonly uid: number
  /** We have CAP_SYS_PTRACE (in our own user namespace). */
  readonly capSysPtrace: boolean
  /** We are in a user namespace of a container: capabilities do not count outside it. */
  readonly userNamespace: boolean
  /** What kind of container we are in, where there are signs of one. */
  readonly container: 'docker' | 'podman' | 'kubernetes' | 'container' | undefined
  /** A seccomp filter is on us: it may forbid ptrace and process_vm_readv whatever our capabilities. */
  readonly seccompFilter: boolean
  /** The AppArmor or SELinux label we are confined by. */
  readonly confinedBy: string | undefined
  /** kernel.yama.ptrace_scope, where the kernel has Yama. */
  readonly ptraceScope: number | undefined
}

const CAP_SYS_PTRACE = 1n << 19n
const SECCOMP_MODE_FILTER = 2

/** Never throws for a file that can't be read: what can't be known is left undefined. */
export function permissionFacts(pid: number): PermissionFacts {
  const self = statusOf('self')
  const target = statusOf(pid)
  const owner = optional(() => statSync(`/proc/${pid}/mem`).uid)
  const scope = readText('/proc/sys/kernel/yama/ptrace_scope')
  return {
    pid,
    targetUid: target?.euid,
    targetName: target?.name,
    // The files of a process that is not dumpable belong to root (fs/proc/base.c, task_dump_owner).
    dumpable: target === undefined || target.euid === 0 || owner === undefined ? undefined : owner === target.euid,
    uid: self?.euid ?? process.geteuid?.() ?? 0,
    capSysPtrace: ((self?.effectiveCapabilities ?? 0n) & CAP_SYS_PTRACE) !== 0n,
    userNamespace: !/^\s*0\s+0\s+4294967295\s*$/.test(readText('/proc/self/uid_map') ?? '0 0 4294967295'),
    container: ownContainer(),
    seccompFilter: self?.seccomp === SECCOMP_MODE_FILTER,
    confinedBy: confinement(readText('/proc/self/attr/current')),
    ptraceScope: scope === undefined || !/^[0-3]\s*$/.test(scope) ? undefined : Number(scope),
  }
}

function ownContainer(): PermissionFacts['container'] {
  if (process.env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes'
  if (existsSync('/.dockerenv')) return 'docker'
  if (existsSync('/run/.containerenv')) return 'podman'
  const cgroup = readText('/proc/1/cgroup') ?? ''
  if (/kubepods/.test(cgroup)) return 'kubernetes'
  if (/docker|containerd|libpod|lxc/.test(cgroup)) return 'container'
  return undefined
}

function confinement(label: string | undefined): string | undefined {
  const text = label?.split('\0')[0]?.trim() ?? ''
  return text === '' || text === 'kernel' || text.includes('unconfined') ? undefined : text
}

function statusOf(pid: number | 'self'): ProcessStatus | undefined {
  const text = readText(`/proc/${pid}/status`)
  return text === undefined ? undefined : parseStatus(text)
}

function readText(path: string): string | undefined {
  return optional(() => readFileSync(path, 'utf8'))
}

/** What the system refuses is not known. Other errors are faults of this program. */
function optional<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  }
}
