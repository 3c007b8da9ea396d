/**
 * What a Go program's own dumps and profiles look like, by the version that built it. The rules are those of
 * src/runtime/traceback.go and src/runtime/pprof/pprof.go of the versions named.
 */
import type { GoBinary } from '@gospy/goruntime'

/**
 * The addresses that stand for a stack in a profile:
 *  - `calls`: one for each call, inlined ones too, one byte behind the call, or the instruction where the function stopped;
 *  - `returns`: the same, but where no call was made the instruction itself;
 *  - `functions`: one for each function that has code of its own, wrappers too: where it goes on.
 */
export type ProfileAddresses = 'calls' | 'returns' | 'functions'

export interface DumpStyle {
  /** Whether a call that was inlined is shown or hidden as the function that it became part of, not by its own name. */
  readonly inlinedShownAsHolder: boolean
  /** Whether the line that stands for frames left out tells their number. */
  readonly countsElided: boolean
  /** Whether dumps show the calls of `panic` that led to a deferred function. */
  readonly showsPanics: boolean
  /** Whether the text of a profile tells the labels, and keeps goroutines apart by them. */
  readonly profileLabels: boolean
  readonly profileAddresses: ProfileAddresses
  /** Beginnings of the names of functions that the text of a profile does not show at the inner end of a stack. */
  readonly hiddenInProfile: readonly string[]
}

/** What is asked of a program. */
export type DumpingProgram = Pick<GoBinary, 'minor'>

/**
 * The style of a program's own dumps; of one of unknown version that of the newest. It is what the program does by itself:
 * what a variable GODEBUG or a call of debug.SetTraceback changed is not looked for.
 */
export function dumpStyle(program: DumpingProgram | undefined): DumpStyle {
  const minor = program?.minor ?? Number.POSITIVE_INFINITY
  return {
    inlinedShownAsHolder: minor <= 15,
    countsElided: minor >= 21,
    showsPanics: minor >= 6,
    profileLabels: minor >= 15,
    profileAddresses: minor >= 14 ? 'calls' : minor >= 12 ? 'returns' : 'functions',
    hiddenInProfile: minor >= 24 ? ['runtime.', 'internal/runtime/'] : ['runtime.'],
  }
}
