/** The processes of this machine, as /proc lists them. */
import { readdirSync } from 'node:fs'

/** The numbers of the processes in /proc, rising. Those of others are there too, unless /proc is mounted with hidepid. */
export function listProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}
