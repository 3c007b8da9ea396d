// Prints what its own runtime says about every instruction in given ranges (`low high` per line on stdin, decimal, high
// exclusive): `pc<TAB>function<TAB>file<TAB>line` on stderr, where any of them changes. Functions are named as Go
// prints them. Runtimes up to Go 1.11 tell the whole chain of inlined calls, in further columns; later ones the
// innermost function only.
package main

import (
	"os"
	"runtime"
)

var sink int

func leaf(n int) int  { return n % 10007 }
func inner(n int) int { return leaf(n) + 1 }
func outer(n int) int { return inner(n) * 2 }

func readAll() []byte {
	var all []byte
	chunk := make([]byte, 1<<16)
	for {
		n, _ := os.Stdin.Read(chunk)
		if n <= 0 {
			return all
		}
		all = append(all, chunk[:n]...)
	}
}

func describe(low, high uintptr) {
	one := make([]uintptr, 1)
	last := make([]runtime.Frame, 0, 32)
	now := make([]runtime.Frame, 0, 32)
	for pc := low; pc < high; pc++ {
		one[0] = pc + 1
		frames := runtime.CallersFrames(one)
		now = now[:0]
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			now = append(now, frame)
		}
		if pc == low || !same(now, last) {
			print(pc)
			for _, frame := range now {
				print("\t", frame.Function, "\t", frame.File, "\t", frame.Line)
			}
			print("\n")
		}
		now, last = last, now
	}
}

func same(a, b []runtime.Frame) bool {
	for i := range a {
		if len(a) != len(b) || a[i].Function != b[i].Function || a[i].File != b[i].File || a[i].Line != b[i].Line {
			return false
		}
	}
	return true
}

func inside() {
	sink = outer(sink)
	var low, number uintptr
	for _, c := range readAll() {
		switch c {
		case ' ':
			low, number = number, 0
		case '\n':
			describe(low, number)
			number = 0
		default:
			number = number*10 + uintptr(c-'0')
		}
	}
}
