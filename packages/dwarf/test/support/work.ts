/** Milliseconds of work that this process has done: what else the machine does is no one's fault in a test. */
export function work(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
