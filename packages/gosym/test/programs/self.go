// Prints what the runtime says about every instruction of this very program, before main begins: where the innermost
// function, file or line changes, `pc<TAB>function<TAB>file<TAB>line` on stderr. Without imports beyond the runtime,
// to be small; for Go 1.21 and newer, which do not mind being asked about padding.
package main

import "runtime"

func init() {
	one := make([]uintptr, 1)
	runtime.Callers(0, one)
	pc := one[0]
	for runtime.FuncForPC(pc-1) != nil {
		pc--
	}
	var last runtime.Frame
	for ; runtime.FuncForPC(pc) != nil; pc++ {
		one[0] = pc + 1
		frame, _ := runtime.CallersFrames(one).Next()
		if frame.Function != last.Function || frame.File != last.File || frame.Line != last.Line {
			print(pc, "\t", frame.Function, "\t", frame.File, "\t", frame.Line, "\n")
		}
		last = frame
	}
}
