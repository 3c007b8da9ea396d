/**
 * What the number in `_func.funcID` means: functions that the runtime treats in a special way. The list is sorted anew
 * whenever one is added, so the numbers mean nothing without the Go version.
 * Sources: runtime/symtab.go (Go 1.10 to 1.20), internal/abi/symtab.go (Go 1.21 and newer).
 */
import { type GoVersion, isAtLeast } from './go-version.js'

/** From the newest; each holds for its Go 1.x and all newer ones up to the entry before it. */
const FUNC_IDS: readonly { readonly minor: number; readonly names: readonly string[] }[] = [
  {
    minor: 25,
    names: words(
      'normal abort asmcgocall asyncPreempt cgocallback corostart debugCallV2 gcBgMarkWorker goexit gogo gopanic',
      'handleAsyncEvent mcall morestack mstart panicwrap rt0_go runtime_main runFinalizers runCleanups sigpanic',
      'systemstack systemstack_switch wrapper',
    ),
  },
  {
    minor: 22,
    names: words(
      'normal abort asmcgocall asyncPreempt cgocallback corostart debugCallV2 gcBgMarkWorker goexit gogo gopanic',
      'handleAsyncEvent mcall morestack mstart panicwrap rt0_go runfinq runtime_main sigpanic systemstack',
      'systemstack_switch wrapper',
    ),
  },
  {
    minor: 18,
    names: words(
      'normal abort asmcgocall asyncPreempt cgocallback debugCallV2 gcBgMarkWorker goexit gogo gopanic',
      'handleAsyncEvent mcall morestack mstart panicwrap rt0_go runfinq runtime_main sigpanic systemstack',
      'systemstack_switch wrapper',
    ),
  },
  {
    minor: 17,
    names: words(
      'normal abort asmcgocall asyncPreempt cgocallback debugCallV2 gcBgMarkWorker goexit gogo gopanic',
      'handleAsyncEvent jmpdefer mcall morestack mstart panicwrap rt0_go runfinq runtime_main sigpanic systemstack',
      'systemstack_switch wrapper',
    ),
  },
  {
    minor: 16,
    names: words(
      'normal runtime_main goexit jmpdefer mcall morestack mstart rt0_go asmcgocall sigpanic runfinq gcBgMarkWorker',
      'systemstack_switch systemstack cgocallback gogo externalthreadhandler debugCallV1 gopanic panicwrap',
      'handleAsyncEvent asyncPreempt wrapper',
    ),
  },
  {
    minor: 14,
    names: words(
      'normal runtime_main goexit jmpdefer mcall morestack mstart rt0_go asmcgocall sigpanic runfinq gcBgMarkWorker',
      'systemstack_switch systemstack cgocallback_gofunc gogo externalthreadhandler debugCallV1 gopanic panicwrap',
      'handleAsyncEvent asyncPreempt wrapper',
    ),
  },
  {
    minor: 12,
    names: words(
      'normal runtime_main goexit jmpdefer mcall morestack mstart rt0_go asmcgocall sigpanic runfinq gcBgMarkWorker',
      'systemstack_switch systemstack cgocallback_gofunc gogo externalthreadhandler debugCallV1 gopanic panicwrap',
      'wrapper',
    ),
  },
  {
    minor: 11,
    names: words(
      'normal runtime_main goexit jmpdefer mcall morestack mstart rt0_go asmcgocall sigpanic runfinq gcBgMarkWorker',
      'systemstack_switch systemstack cgocallback_gofunc gogo externalthreadhandler debugCallV1',
    ),
  },
  {
    minor: 10,
    names: words(
      'normal goexit jmpdefer mcall morestack mstart rt0_go asmcgocall sigpanic runfinq bgsweep forcegchelper',
      'timerproc gcBgMarkWorker systemstack_switch systemstack cgocallback_gofunc gogo externalthreadhandler',
    ),
  },
]

function words(...lines: string[]): readonly string[] {
  return lines.join(' ').split(' ')
}

/**
 * The runtime's name of a function id (`normal`, `goexit`, `wrapper`, …, without Go's prefix `FuncID_`) in that
 * version, or undefined where that version has no such id. Go versions newer than 1.27 are taken to be like it.
 */
export function funcIDName(funcID: number, version: GoVersion): string | undefined {
  return FUNC_IDS.find(({ minor }) => isAtLeast(version, 1, minor))?.names[funcID]
}
