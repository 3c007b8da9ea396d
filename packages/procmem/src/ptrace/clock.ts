/** Time, and waiting without giving up the thread: ptrace answers only the thread that attached, so nothing here is asynchronous. */
const never = new Int32Array(new SharedArrayBuffer(4))

/** Blocks the thread for `milliseconds`. */
export function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds)
}

/** A clock that only goes forward, in milliseconds. */
export function now(): number {
  return performance.now()
}
