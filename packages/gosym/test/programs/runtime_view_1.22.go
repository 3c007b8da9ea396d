//go:build go1.22

// Further lines of runtime_view.go:
//
//	object     entry  offset  size  bits    of every stack object, its pointers
//	defers     entry  deferBitsOffset  slotsOffset
//	wraps      entry  wrapped function
//	args       pc  text                     as a traceback prints them, if the bytes on the stack counted from 0
package main

import "unsafe"

type stackObject struct {
	off, size, ptrBytes int32
	gcdataoff           uint32
}

//go:linkname pcdatavalue runtime.pcdatavalue
func pcdatavalue(f funcInfo, table uint32, targetpc uintptr) int32

//go:linkname funcspdelta runtime.funcspdelta
func funcspdelta(f funcInfo, targetpc uintptr) int32

//go:linkname printArgs runtime.printArgs
func printArgs(f funcInfo, argp unsafe.Pointer, pc uintptr)

//go:linkname startPCForTrace runtime.startPCForTrace
func startPCForTrace(pc uintptr) uintptr

//go:linkname readvarint runtime.readvarintUnsafe
func readvarint(p unsafe.Pointer) (uint32, unsafe.Pointer)

func pcdata(f funcInfo, table int32, pc uintptr) int32 { return pcdatavalue(f, uint32(table), pc) }

func spdelta(f funcInfo, pc uintptr) int32 { return funcspdelta(f, pc) }

func more(f funcInfo, entry, end uintptr, tables int32) {
	if p := funcdata(f, 2); p != nil {
		count := *(*uintptr)(p)
		for i := uintptr(0); i < count; i++ {
			o := (*stackObject)(at(p, 8+i*16))
			print("object\t", entry, "\t", o.off, "\t", o.size, "\t")
			if o.ptrBytes >= 0 {
				bits(bitvector{o.ptrBytes / 8, (*uint8)(at(rodata(f, tables), uintptr(o.gcdataoff)))})
			}
			print("\n")
		}
	}
	if p := funcdata(f, 4); p != nil {
		first, rest := readvarint(p)
		second, _ := readvarint(rest)
		print("defers\t", entry, "\t", first, "\t", second, "\n")
	}
	if wrapped := startPCForTrace(entry); wrapped != entry {
		print("wraps\t", entry, "\t", wrapped, "\n")
	}
	if funcdata(f, 5) != nil {
		var room [256]byte
		for i := range room {
			room[i] = byte(i)
		}
		last := int32(-1 << 31)
		for pc := entry; pc < end; pc++ {
			live := int32(-1)
			if tables > 3 {
				live = pcdata(f, 3, pc)
			}
			if live != last {
				print("args\t", pc, "\t")
				printArgs(f, unsafe.Pointer(&room), pc)
				print("\n")
			}
			last = live
		}
	}
}

// The address that stack objects' masks count from. moduledata.rodata is not at one place in all versions, but always before
// moduledata.gofunc, from which funcdata counts; the offsets of that follow the 44 bytes of _func and the pcdata.
func rodata(f funcInfo, tables int32) unsafe.Pointer {
	words := (*[128]uintptr)(f.datap)
	base := uintptr(funcdata(f, 2)) - uintptr(*(*uint32)(at(f.f, 44+uintptr(tables)*4+2*4)))
	for i := 30; ; i++ {
		if words[i] == base {
			return unsafe.Pointer(words[i-1])
		}
	}
}
