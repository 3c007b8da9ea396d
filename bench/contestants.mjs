// Programs that both benchmarks run.
import { fileURLToPath } from 'node:url'
import { GoProcess } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'

/** The path of a script, relative to this folder. */
export const script = (name) => fileURLToPath(new URL(name, import.meta.url))

export const node = (...args) => [process.execPath, args]

/** Where the bare reads have to look: the one thing that they are told. */
export function locate(pid) {
  const opened = openProcess(pid)
  try {
    const { binary, bias } = GoProcess.attach(opened)
    const { g, variables } = binary.layout
    return {
      allgs: String(variables.allgs.address + bias),
      size: String(g.size),
      schedSp: String(g.fields.schedSp.offset),
      stackHi: String(g.fields.stackHi.offset),
    }
  } finally {
    opened.close()
  }
}
