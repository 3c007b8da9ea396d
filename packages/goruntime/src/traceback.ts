/**
 * Which frames of a stack Go itself shows by default (GOTRACEBACK=single or all, `runtime.Stack`, pprof with debug=2).
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
