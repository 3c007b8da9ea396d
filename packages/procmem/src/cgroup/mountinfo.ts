/** Where control groups are mounted: /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
import { unescapeOctal } from '../proc/octal-escape.js'

export interface CgroupMount {
  readonly version: 1 | 2
  /** Of version 1: what it controls, among it names such as `name=systemd`. */
  readonly controllers: readonly string[]
  /** The group that is seen at `mountPoint`. */
  readonly root: string
  readonly mountPoint: string
}

/** The mounts of control groups; lines of other file systems, and what is no line of this file, are left out. */
export function parseCgroupMounts(text: string): CgroupMount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ')
    const [, , , root, mountPoint] = before.split(' ')
    const [type, , options = ''] = after?.split(' ') ?? []
    if (root === undefined || mountPoint === undefined) return []
    if (type !== 'cgroup' && type !== 'cgroup2') return []
    return [
      {
        version: type === 'cgroup' ? 1 : 2,
        controllers: options.split(','),
        root: unescapeOctal(root),
        mountPoint: unescapeOctal(mountPoint),
      },
    ]
  })
}
