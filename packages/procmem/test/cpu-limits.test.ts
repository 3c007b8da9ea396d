/** CPU limits of control groups: on made-up trees of both versions, and on a real group of this machine where one can be made. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { readCpuLimits } from '../src/cgroup/cpu-limits.js'
import { openProcess } from '../src/index.js'

const V2_MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate'
const V1_MOUNT = '33 30 0:29 /docker/a\\040b /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct'
const V1_OTHER = '34 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'

function limits(membership: string, mounts: readonly string[], files: Record<string, string>) {
  return readCpuLimits(membership, `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${mounts.join('\n')}\n`, (path) => files[path])
}

it('reads the limits of version 2, from the innermost group outwards', () => {
  const found = limits('0::/kubepods/pod1/c1\n', [V2_MOUNT], {
    '/sys/fs/cgroup/kubepods/pod1/c1/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/kubepods/pod1/c1/cpu.stat':
      'usage_usec 100\nuser_usec 60\nnr_periods 40\nnr_throttled 7\nthrottled_usec 81234\nnr_bursts 0\n',
    '/sys/fs/cgroup/kubepods/pod1/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/kubepods/cpu.max': '400000 200000\n',
  })
  expect(found).toEqual({
    unknownBecause: undefined,
    limits: [
      {
        path: '/sys/fs/cgroup/kubepods/pod1/c1',
        version: 2,
        quotaUs: 150_000,
        periodUs: 100_000,
        periods: 40,
        throttledPeriods: 7,
        throttledNs: 81_234_000,
      },
      {
        path: '/sys/fs/cgroup/kubepods',
        version: 2,
        quotaUs: 400_000,
        periodUs: 200_000,
        periods: 0,
        throttledPeriods: 0,
        throttledNs: 0,
      },
    ],
  })
})

it('reads those of version 1 where it has the controller, below the group that is mounted', () => {
  const membership = '5:memory:/docker/a b\n4:cpu,cpuacct:/docker/a b/c1\n0::/elsewhere\n'
  const found = limits(membership, [V2_MOUNT, V1_OTHER, V1_MOUNT], {
    '/sys/fs/cgroup/cpu,cpuacct/c1/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu,cpuacct/c1/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.stat': 'nr_periods 3\nnr_throttled 2\nthrottled_time 5000001\n',
  })
  expect(found.limits).toEqual([
    {
      path: '/sys/fs/cgroup/cpu,cpuacct',
      version: 1,
      quotaUs: 50_000,
      periodUs: 100_000,
      periods: 3,
      throttledPeriods: 2,
      throttledNs: 5_000_001,
    },
  ])
})

it('says where groups are not seen', () => {
  expect(limits('0::/../x\n', [V2_MOUNT], {}).unknownBecause).toMatch(/not among those that are mounted/)
  expect(limits('4:cpu,cpuacct:/docker/other\n', [V1_MOUNT], {}).unknownBecause).toMatch(/not among those/)
  expect(limits('0::/x\n', [], {}).unknownBecause).toMatch(/no control groups/)
  expect(limits('', [V2_MOUNT], {}).unknownBecause).toMatch(/does not tell/)
  expect(limits('0::/\n', [V2_MOUNT], {})).toEqual({ limits: [], unknownBecause: undefined })
})

const groups = realGroup()

it.skipIf(groups === undefined)('agrees with a group of this machine (skipped where none can be made)', async () => {
  const { folder, files, version } = groups!
  const child = spawn(process.execPath, ['-e', 'process.stdin.on("end", () => process.exit()).resume(); for (;;);'])
  try {
    writeFileSync(`${folder}/cgroup.procs`, String(child.pid))
    for (const [name, value] of Object.entries(files)) writeFileSync(`${folder}/${name}`, value)
    await new Promise((resolve) => setTimeout(resolve, 700))
    using target = openProcess(child.pid!)
    const { limits: found, unknownBecause } = target.cpuLimits()
    expect(unknownBecause).toBeUndefined()
    const [limit] = found
    expect(limit).toMatchObject({ path: folder, version, quotaUs: 20_000, periodUs: 100_000 })
    const throttled = Number(/nr_throttled (\d+)/.exec(readFileSync(`${folder}/cpu.stat`, 'utf8'))![1])
    expect(limit!.throttledPeriods).toBeGreaterThan(1)
    expect(limit!.throttledPeriods).toBeLessThanOrEqual(throttled)
    expect(limit!.throttledNs).toBeGreaterThan(100e6)
    expect(target.status().allowedCpus).toBe(availableParallelism())
  } finally {
    child.kill('SIGKILL')
    await once(child, 'close')
    rmdirSync(folder)
  }
})

/** An empty group with the CPU controller; undefined where this machine does not let us make one. */
function realGroup(): { folder: string; files: Record<string, string>; version: 1 | 2 } | undefined {
  const name = `gospy-test-${process.pid}`
  const all = [
    {
      folder: `/sys/fs/cgroup/cpu/${name}`,
      files: { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '20000' },
      version: 1 as const,
      known: 'cpu.cfs_quota_us',
    },
    {
      folder: `/sys/fs/cgroup/${name}`,
      files: { 'cpu.max': '20000 100000' },
      version: 2 as const,
      known: 'cpu.max',
    },
  ]
  for (const { known, ...group } of all) {
    try {
      mkdirSync(group.folder)
    } catch {
      continue
    }
    try {
      readFileSync(`${group.folder}/${known}`)
      return group
    } catch {
      rmdirSync(group.folder)
    }
  }
  return undefined
}
