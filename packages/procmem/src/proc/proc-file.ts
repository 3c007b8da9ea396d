/** Access to /proc with errors that say what to do. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { permissionAdvice } from '../permission/permission-advice.js'
import { ProcessError, systemErrorCode } from '../process-error.js'

/** Where a file or folder of a process lies: `/proc/PID/name`. */
export function procPath(pid: number, name: string): string {
  return `/proc/${pid}/${name}`
}

/** @throws ProcessError */
export function readProcText(pid: number, name: string): string {
  return attempt(pid, `read ${procPath(pid, name)}`, () => readFileSync(procPath(pid, name), 'utf8'))
}

/** @throws ProcessError */
export function readProcBytes(pid: number, name: string): Uint8Array {
  return attempt(pid, `read ${procPath(pid, name)}`, () => readFileSync(procPath(pid, name)))
}

/** @throws ProcessError */
export function readProcLink(pid: number, name: string): string {
  return attempt(pid, `read the link ${procPath(pid, name)}`, () => readlinkSync(procPath(pid, name)))
}

/** The entries of a folder of a process. @throws ProcessError */
export function listProcFolder(pid: number, name: string): string[] {
  return attempt(pid, `list ${procPath(pid, name)}`, () => readdirSync(procPath(pid, name)))
}

/**
 * Runs `action`; what `node:fs` throws in it becomes a ProcessError.
 * @param what what was tried, to follow "cannot"
 */
export function attempt<Result>(pid: number, what: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw asProcessError(pid, what, error)
  }
}

/** The ProcessError for an error of `node:fs`; any other value is handed back as it is. */
export function asProcessError(pid: number, what: string, error: unknown): unknown {
  const code = systemErrorCode(error)
  if (code === undefined || error instanceof ProcessError) return error
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return notPermitted(pid, what, code, error)
    case 'ENOENT':
    case 'ESRCH':
      return processExists(pid) ? missingFile(pid, what, error) : noSuchProcess(pid, error)
    default:
      return new ProcessError('ESYSTEM', `cannot ${what}: ${code}`, { pid, cause: error })
  }
}

export function notPermitted(pid: number, what: string, code: 'EACCES' | 'EPERM', cause?: unknown): ProcessError {
  const reason = code === 'EACCES' ? 'permission denied' : 'operation not permitted'
  return new ProcessError(code, `cannot ${what}: ${reason} (${code})`, { pid, advice: permissionAdvice(pid), cause })
}

export function noSuchProcess(pid: number, cause?: unknown): ProcessError {
  return new ProcessError('ESRCH', `there is no process ${pid}, or it has ended`, { pid, cause })
}

function missingFile(pid: number, what: string, cause: unknown): ProcessError {
  if (listsItself(pid)) return new ProcessError('ESYSTEM', `cannot ${what}: no such file`, { pid, cause })
  return new ProcessError('EACCES', `cannot ${what}: process ${pid} runs, but /proc does not show it`, {
    pid,
    advice: ["/proc is mounted with hidepid: only root and the process's owner see it. Run the command with sudo."],
    cause,
  })
}

function listsItself(pid: number): boolean {
  try {
    readFileSync(procPath(pid, 'comm'))
    return true
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return false
  }
}

/** Whether the kernel knows the process, whatever /proc shows. Signal 0 is sent to nobody: the kernel only checks. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemErrorCode(error) === 'EPERM'
  }
}
