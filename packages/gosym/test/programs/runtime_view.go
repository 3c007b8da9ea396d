// Prints what its own runtime makes of every function's tables, by calling the runtime's unexported functions
// (-gcflags=-complete=0, and since Go 1.23 -ldflags=-checklinkname=0). A line `entry end pcdata sp` on stdin for each function,
// decimal: how many pcdata tables it has, and whether it has one of SP deltas (1 or 0). On stderr:
//
//	func       entry
//	pcdata     pc  table  value                    where a value changes (table -1: SP delta)
//	map        entry  args|locals  index  bits     of every stack map, a 1 or 0 for each word
//
// and what runtime_view_1.22.go adds.
package main

import (
	"os"
	"unsafe"
)

type funcInfo struct {
	f, datap unsafe.Pointer
}

type bitvector struct {
	n     int32
	bytes *uint8
}

type stackmap struct {
	n, nbit int32
	data    [1]byte
}

//go:linkname findfunc runtime.findfunc
func findfunc(pc uintptr) funcInfo

//go:linkname funcdata runtime.funcdata
func funcdata(f funcInfo, i uint8) unsafe.Pointer

//go:linkname stackmapdata runtime.stackmapdata
func stackmapdata(stkmap *stackmap, n int32) bitvector

func at(p unsafe.Pointer, offset uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + offset) }

func bits(v bitvector) {
	for i := int32(0); i < v.n; i++ {
		print(*(*uint8)(at(unsafe.Pointer(v.bytes), uintptr(i/8))) >> (uint(i) % 8) & 1)
	}
}

func view(f funcInfo, entry, end uintptr, tables int32, sp bool) {
	print("func\t", entry, "\n")
	for table := int32(-1); table < tables; table++ {
		// Asking for SP deltas where there are none throws.
		if table < 0 && !sp {
			continue
		}
		last := int32(-1 << 31)
		for pc := entry; pc < end; pc++ {
			value := int32(0)
			if table < 0 {
				value = spdelta(f, pc)
			} else {
				value = pcdata(f, table, pc)
			}
			if value != last {
				print("pcdata\t", pc, "\t", table, "\t", value, "\n")
			}
			last = value
		}
	}
	for i, name := range [2]string{"args", "locals"} {
		if m := (*stackmap)(funcdata(f, uint8(i))); m != nil {
			for n := int32(0); n < m.n; n++ {
				print("map\t", entry, "\t", name, "\t", n, "\t")
				bits(stackmapdata(m, n))
				print("\n")
			}
		}
	}
	more(f, entry, end, tables)
}

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

// Before main, which is only there to be looked at.
func init() {
	var words [4]uintptr
	word := 0
	for _, c := range readAll() {
		switch c {
		case ' ':
			word++
		case '\n':
			view(findfunc(words[0]), words[0], words[1], int32(words[2]), words[3] == 1)
			words, word = [4]uintptr{}, 0
		default:
			words[word] = words[word]*10 + uintptr(c-'0')
		}
	}
	os.Exit(0)
}

// Something of everything: a frame with pointers and an object, defers, a wrapper, arguments of all kinds.
type mixed struct {
	a int8
	p *int
	q [2]*int
	s string
}

//go:noinline
func keep(m *mixed) { m.a++ }

//go:noinline
func several(n int, text string, list []byte, any interface{}, m mixed, c complex128, f float32) (out string) {
	local := m
	keep(&local)
	defer func() { out += text }()
	if n > 0 {
		defer keep(&local)
	}
	go keep(&m)
	return string(list) + several(n-len(text)-8, text, list, any, local, c, f)
}

func main() {
	println(several(0, "abcdefghi", nil, nil, mixed{}, 0, 0))
}
