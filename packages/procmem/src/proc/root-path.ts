/**
 * Files as another process sees them, through /proc/PID/root: a process in a container is looked at from the host
 * without entering its namespaces.
 */
import { readlinkSync } from 'node:fs'
import { systemErrorCode } from '../process-error.js'

/** As many symbolic links as the kernel follows (MAXSYMLINKS). */
const MAX_LINKS = 40

/**
 * The path, for us, of `path` within the root directory `root`. Symbolic links are followed here, inside that root: left
 * to the kernel, an absolute one would lead out of it, into our own files. What does not exist is named all the same.
 * @param root a folder such as `/proc/42/root`
 * @param path absolute, or relative to that root
 */
export function pathInRoot(root: string, path: string): string {
  const pending = path.split('/').reverse()
  const resolved: string[] = []
  let links = 0
  while (pending.length > 0) {
    const name = pending.pop()!
    if (name === '' || name === '.') continue
    if (name === '..') {
      // Above the root there is the root.
      resolved.pop()
      continue
    }
    const target = links < MAX_LINKS ? linkTarget(`${root}/${[...resolved, name].join('/')}`) : undefined
    if (target === undefined) {
      resolved.push(name)
      continue
    }
    links++
    if (target.startsWith('/')) resolved.length = 0
    pending.push(...target.split('/').reverse())
  }
  return `${root}/${resolved.join('/')}`
}

/** Where a symbolic link leads; undefined for what is none, does not exist or may not be looked at. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  }
}
