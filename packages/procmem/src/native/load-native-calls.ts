/** Finds an adapter and builds the calls on it. Nothing native is loaded before the first call of this. */
import { createRequire } from 'node:module'
import { type Architecture, hostArchitecture } from '../arch/architecture.js'
import { ProcessError } from '../process-error.js'
import { bindFfiNapi } from './ffi-napi.js'
import { bindKoffi } from './koffi.js'
import { NATIVE_ADAPTERS, type NativeAdapterName, type NativeBinding, type NativeCalls } from './native-calls.js'

/** Loads a module by name, as `require` does; throws where it isn't installed. */
export type ModuleLoader = (name: string) => unknown

const BIND: Record<NativeAdapterName, (load: ModuleLoader) => NativeBinding> = {
  koffi: bindKoffi,
  'ffi-napi': bindFfiNapi,
}

/** waitid(2): the number is a process's or thread's. */
const P_PID = 1

const loaded = new Map<NativeAdapterName, NativeCalls>()

/**
 * The native calls through the adapter of that name, or through the first that is installed.
 * @throws ProcessError `ENATIVE` when it (or, without a name, every one) can't be loaded; `EARCH` on a CPU without support
 */
export function loadNativeCalls(adapter?: NativeAdapterName): NativeCalls {
  const names = adapter === undefined ? NATIVE_ADAPTERS : [adapter]
  for (const name of names) {
    const calls = loaded.get(name)
    if (calls !== undefined) return calls
  }
  const calls = bindNativeCalls(names, createRequire(import.meta.url), hostArchitecture())
  loaded.set(calls.adapter, calls)
  return calls
}

/** As `loadNativeCalls`, with the loader of modules and the CPU given, and nothing remembered. */
export function bindNativeCalls(
  names: readonly NativeAdapterName[],
  load: ModuleLoader,
  architecture: Architecture | undefined,
): NativeCalls {
  if (architecture === undefined) {
    throw new ProcessError('EARCH', `native calls are known on amd64 and arm64, this is ${process.arch}`, {
      pid: undefined,
      advice: ['Reading without pausing, through /proc/PID/mem, works on any CPU.'],
    })
  }
  const failures: string[] = []
  for (const name of names) {
    try {
      return callsOf(name, BIND[name](load), architecture)
    } catch (error) {
      failures.push(`${name}: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`)
    }
  }
  throw new ProcessError('ENATIVE', `ptrace and process_vm_readv need ${names.join(' or ')} (${failures.join('; ')})`, {
    pid: undefined,
    advice: [
      `Install it beside @gospy/procmem: npm install ${names[0]}`,
      'Or do without: reading through /proc/PID/mem, without pausing, needs no native code.',
    ],
  })
}

function callsOf(adapter: NativeAdapterName, binding: NativeBinding, { syscalls }: Architecture): NativeCalls {
  const { syscall } = binding
  const result = (value: number): number => (value === -1 ? -binding.errno() : value)
  return {
    adapter,
    addressOf: binding.addressOf,
    ptrace: (request, tid, address, data) => result(syscall(syscalls.ptrace, request, tid, address, data, 0, 0)),
    processVmReadv: (pid, local, localCount, remote, remoteCount) =>
      result(syscall(syscalls.process_vm_readv, pid, local, localCount, remote, remoteCount, 0)),
    wait: (tid, info, options) => result(syscall(syscalls.waitid, P_PID, tid, info, options, 0, 0)),
  }
}
