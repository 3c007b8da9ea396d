/** The namespaces of a process (namespaces(7)): the kernel's number for each. Equal numbers are the same namespace. */
import { FormatError } from '@gospy/bytes'

/** Namespaces by kind; a kernel without one of them has no entry for it. */
export type Namespaces = Readonly<Partial<Record<NamespaceKind, number>>>

export const NAMESPACE_KINDS = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'] as const
export type NamespaceKind = (typeof NAMESPACE_KINDS)[number]

/**
 * The number in a link of /proc/PID/ns: `mnt:[4026531841]`.
 * @throws FormatError
 */
export function parseNamespaceLink(text: string): number {
  const match = /^[a-z_]+:\[([0-9]{1,15})\]$/.exec(text)
  if (match === null) {
    throw new FormatError(`not a namespace: ${JSON.stringify(text.slice(0, 60))}`, { section: '/proc/PID/ns' })
  }
  return Number(match[1])
}
