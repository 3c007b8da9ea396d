/**
 * How much processor time the control groups of a process allow it: `cpu.max` of version 2 (Documentation/admin-guide/cgroup-v2.rst,
 * CPU), `cpu.cfs_quota_us` of version 1 (Documentation/scheduler/sched-bwc.rst). All groups that it is in hold, up to the outermost
 * that is seen.
 */
import { parseCgroupMounts } from './mountinfo.js'

/** A limit that one control group sets. */
export interface CpuLimit {
  /** The group's folder on this machine. */
  readonly path: string
  readonly version: 1 | 2
  /** All its threads together may run for so long in each period, µs. */
  readonly quotaUs: number
  readonly periodUs: number
  /** Periods in which one of its threads ran, those of them in which it had to stop, and for how long it did, in ns. */
  readonly periods: number
  readonly throttledPeriods: number
  readonly throttledNs: number
}

export interface CpuLimits {
  /** From the innermost group outwards; empty where no group that is seen sets a limit. */
  readonly limits: readonly CpuLimit[]
  /** Why groups are not seen that may set one. */
  readonly unknownBecause: string | undefined
}

/**
 * @param membership the text of /proc/PID/cgroup
 * @param mountinfo the text of /proc/self/mountinfo
 * @param read the text of a file, undefined where there is none
 */
export function readCpuLimits(
  membership: string,
  mountinfo: string,
  read: (path: string) => string | undefined,
): CpuLimits {
  const mounts = parseCgroupMounts(mountinfo)
  // The controller is in one hierarchy at a time: where version 1 has it, version 2 has not.
  const mount =
    mounts.find(({ version, controllers }) => version === 1 && controllers.includes('cpu')) ??
    mounts.find(({ version }) => version === 2)
  if (mount === undefined) return unknown('no control groups are mounted here')
  const group = groupOf(membership, mount.version)
  if (group === undefined) return unknown('/proc does not tell its control group')
  const inside = below(group, mount.root)
  if (inside === undefined) return unknown(`its control group, ${group}, is not among those that are mounted here`)
  const limits: CpuLimit[] = []
  for (let at = inside; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const limit = (mount.version === 1 ? limitOfVersion1 : limitOfVersion2)(`${mount.mountPoint}${at}`, read)
    if (limit !== undefined) limits.push(limit)
    if (at === '') return { limits, unknownBecause: undefined }
  }
}

function unknown(unknownBecause: string): CpuLimits {
  return { limits: [], unknownBecause }
}

/** `4:cpu,cpuacct:/kubepods/pod1` of version 1, `0::/system.slice/x.service` of version 2. */
function groupOf(membership: string, version: 1 | 2): string | undefined {
  for (const line of membership.split('\n')) {
    const [, id, controllers = '', path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    const isIt = version === 2 ? id === '0' && controllers === '' : controllers.split(',').includes('cpu')
    if (isIt) return path
  }
  return undefined
}

/** The part of a group's path below the one that is mounted: '' for that one itself; undefined where it is outside of it. */
function below(group: string, root: string): string | undefined {
  const [inner, outer] = [group === '/' ? '' : group, root === '/' ? '' : root]
  // A group that is not below that of the reader's namespace begins so (cgroup_namespaces(7)).
  if (inner.startsWith('/..')) return undefined
  return inner === outer || inner.startsWith(`${outer}/`) ? inner.slice(outer.length) : undefined
}

function limitOfVersion2(path: string, read: (path: string) => string | undefined): CpuLimit | undefined {
  const [quota = '', period = ''] = read(`${path}/cpu.max`)?.trim().split(' ') ?? []
  const limit = limited(quota, period)
  if (limit === undefined) return undefined
  const stat = statistics(read(`${path}/cpu.stat`))
  return { path, version: 2, ...limit, ...counts(stat), throttledNs: (stat.get('throttled_usec') ?? 0) * 1000 }
}

function limitOfVersion1(path: string, read: (path: string) => string | undefined): CpuLimit | undefined {
  const [quota, period] = [read(`${path}/cpu.cfs_quota_us`), read(`${path}/cpu.cfs_period_us`)]
  const limit = limited(quota?.trim() ?? '', period?.trim() ?? '')
  if (limit === undefined) return undefined
  const stat = statistics(read(`${path}/cpu.stat`))
  return { path, version: 1, ...limit, ...counts(stat), throttledNs: stat.get('throttled_time') ?? 0 }
}

/** `max`, and -1, are no limit. */
function limited(quota: string, period: string): { quotaUs: number; periodUs: number } | undefined {
  const [quotaUs, periodUs] = [Number(quota), Number(period)]
  return quotaUs > 0 && periodUs > 0 ? { quotaUs, periodUs } : undefined
}

function statistics(text: string | undefined): Map<string, number> {
  const lines = text?.split('\n').map((line) => line.split(' ')) ?? []
  return new Map(lines.map(([name = '', value = '']) => [name, Number(value)]))
}

function counts(stat: ReadonlyMap<string, number>) {
  return { periods: stat.get('nr_periods') ?? 0, throttledPeriods: stat.get('nr_throttled') ?? 0 }
}
