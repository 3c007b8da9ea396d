/**
 * The adapter for ffi-napi 4.0.3. It no longer compiles on current Node, but the binary it carries (linux-x64,
 * linux-arm64) is plain N-API and loads where install scripts do not run, which is pnpm's default. Some 25 us a call.
 */
import { createRequire } from 'node:module'
import type { ModuleLoader } from './load-native-calls.js'
import type { NativeBinding } from './native-calls.js'

/** The part of ffi-napi that is used here. */
interface FfiNapi {
  Library(
    path: null,
    functions: { syscall: [result: string, parameters: string[]] },
  ): { syscall: (...values: number[]) => number | string }
  errno(): number
}

/** The part of ref-napi, on which ffi-napi stands, that is used here. */
interface RefNapi {
  address(buffer: Uint8Array): number
}

/** @throws whatever `load` throws where ffi-napi is not installed, or has no binary for this platform */
export function bindFfiNapi(load: ModuleLoader): NativeBinding {
  const ffi = load('ffi-napi') as FfiNapi
  const ref = (load as Partial<NodeJS.Require>).resolve
    ? // Where packages are not hoisted, ref-napi is visible from ffi-napi alone.
      (createRequire((load as NodeJS.Require).resolve('ffi-napi'))('ref-napi') as RefNapi)
    : (load('ref-napi') as RefNapi)
  const { syscall } = ffi.Library(null, {
    syscall: ['long', ['long', 'long', 'long', 'long', 'long', 'long', 'long']],
  })
  return {
    // Numbers outside 53 bits come as text; none of the calls made here returns one.
    syscall: (number, a, b, c, d, e, f) => Number(syscall(number, a, b, c, d, e, f)),
    errno: () => ffi.errno(),
    addressOf: (bytes) => ref.address(bytes),
  }
}
