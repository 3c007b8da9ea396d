/** The adapter for koffi 3: a prebuilt binary in a platform package, 0.2 us a call. */
import type * as Koffi from 'koffi'
import type { ModuleLoader } from './load-native-calls.js'
import type { NativeBinding } from './native-calls.js'

/** @throws whatever `load` throws where koffi is not installed, or has no binary for this platform */
export function bindKoffi(load: ModuleLoader): NativeBinding {
  const koffi = load('koffi') as typeof Koffi
  // libc's function is variadic; with integers alone the fixed form is the same call in both CPUs' conventions.
  const syscall = koffi.load(null).func('syscall', 'long', ['long', 'long', 'long', 'long', 'long', 'long', 'long'])
  return {
    syscall: syscall as unknown as NativeBinding['syscall'],
    errno: () => koffi.errno(),
    addressOf: (bytes) => Number(koffi.address(bytes)),
  }
}
