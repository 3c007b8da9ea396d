/**
 * Which frames of a stack Go itself shows by default (GOTRACEBACK=single or all, `runtime.Stack`, pprof with debug=2), and
 * which of them is the program's own.
 * Source: src/runtime/traceback.go (showfuncinfo, elideWrapperCalling, isExportedRuntime, printFuncName), Go 1.5 to 1.27.
 */
import type { Frame, Stack } from './stack.js'

/** A wrapper that called one of these has not reached the function that it wraps. */
const PANICS: readonly (string | null)[] = ['gopanic', 'sigpanic', 'panicwrap']

/** The frames that Go prints: all of them if by the rule there were none. */
export function tracebackFrames({ frames }: Stack): readonly Frame[] {
  const shown: Frame[] = []
  let callee: Frame | undefined
  for (const frame of frames) {
    if (isShown(frame, shown.length === 0, callee)) shown.push(frame)
    callee = frame
  }
  return shown.length === 0 ? frames : shown
}

function isShown(frame: Frame, first: boolean, callee: Frame | undefined): boolean {
  const { function: name, funcID } = frame
  if (isHiddenWrapper(frame, callee)) return false
  // Without them nothing would tell what such a goroutine does.
  if (funcID === 'runFinalizers' || funcID === 'runCleanups') return true
  // The boundary between ordinary code and what a panic made run.
  if (name === 'runtime.gopanic' && !first) return true
  return isShownByName(name)
}

/** Whether it only passes a call on: made by the compiler, and what it called is what it wraps. */
export function isHiddenWrapper({ funcID }: Frame, callee: Frame | undefined): boolean {
  return funcID === 'wrapper' && !PANICS.includes(callee?.funcID ?? null)
}

/** Whether Go shows an ordinary function of this name: none of the runtime's own but the exported ones. */
export function isShownByName(name: string): boolean {
  return name.includes('.') && (!name.startsWith('runtime.') || isExportedRuntime(name))
}

/** `runtime.Gosched`, `runtime.(*Func).Name`; not `runtime.(*mheap).Alloc`. */
function isExportedRuntime(name: string): boolean {
  const parts = name.slice('runtime.'.length)
  const dot = parts.lastIndexOf('.')
  const receiver = dot < 0 ? '' : parts.slice(0, dot).replace(/^\(\*(.*)\)$/, '$1')
  return /^[A-Z]/.test(parts.slice(dot + 1)) && (receiver === '' || /^[A-Z]/.test(receiver))
}

/** Packages in which a goroutine is parked on behalf of somebody else. */
const PARKING = /^(runtime|sync|iter|(runtime|internal)\/[^.]*)\./
/** Files of package runtime: what they hold may have another package's name (`time.Sleep`, `sync.runtime_Semacquire`). */
const RUNTIME_FILE = /(^|\/src\/)runtime\/[^/]+$/

/**
 * Index of the innermost frame that is the program's own, or of a library that it uses, rather than code by which the runtime
 * parks a goroutine: locks, channels, timers, the poller. -1 where there is none.
 */
export function programFrame(frames: readonly Frame[]): number {
  return frames.findIndex(
    ({ function: name, file, funcID }) =>
      funcID !== 'wrapper' && name.includes('.') && !PARKING.test(name) && !(file !== null && RUNTIME_FILE.test(file)),
  )
}
