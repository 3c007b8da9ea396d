//go:build !go1.22
// +build !go1.22

package main

import "unsafe"

//go:linkname pcdatavalue runtime.pcdatavalue
func pcdatavalue(f funcInfo, table int32, targetpc uintptr, cache unsafe.Pointer) int32

//go:linkname funcspdelta runtime.funcspdelta
func funcspdelta(f funcInfo, targetpc uintptr, cache unsafe.Pointer) int32

func pcdata(f funcInfo, table int32, pc uintptr) int32 { return pcdatavalue(f, table, pc, nil) }

func spdelta(f funcInfo, pc uintptr) int32 { return funcspdelta(f, pc, nil) }

func more(f funcInfo, entry, end uintptr, tables int32) {}
