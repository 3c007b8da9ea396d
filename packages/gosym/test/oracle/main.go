// Prints what Go's own debug/elf, debug/gosym and debug/buildinfo say about an ELF binary, as tab-separated lines:
//
//	section  name  offset  size        of the pclntab
//	text     address                   runtime.text, or the address of .text
//	gofunc   address                   go:func.* (go.func.* before Go 1.20)
//	symbol   address  name             those that say what runtime.moduledata should
//	field    offset  name              of the type runtime.moduledata, as debug/dwarf reads it
//	segment  address  offset  size     each loadable segment's part in the file
//	func     entry  end  name  package  receiver  base
//	line     pc  line  file            at each pc where either changes, and at both ends of each function
//	buildinfo  JSON
//
// Addresses are hexadecimal. Usage: oracle BINARY QUANTUM
package main

import (
	"bufio"
	"bytes"
	"debug/buildinfo"
	"debug/dwarf"
	"debug/elf"
	"debug/gosym"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
)

var magics = [][]byte{{0xfb, 0xff, 0xff, 0xff, 0, 0}, {0xfa, 0xff, 0xff, 0xff, 0, 0}, {0xf0, 0xff, 0xff, 0xff, 0, 0}, {0xf1, 0xff, 0xff, 0xff, 0, 0}}

// Symbols of package runtime whose addresses are fields of its moduledata.
var told = map[string]bool{"text": true, "etext": true, "noptrdata": true, "enoptrdata": true, "data": true, "edata": true,
	"bss": true, "ebss": true, "noptrbss": true, "enoptrbss": true, "end": true, "types": true, "etypes": true,
	"rodata": true, "pclntab": true, "epclntab": true, "firstmoduledata": true, "findfunctab": true}

// printModuleData prints nothing where the linker left out the type.
func printModuleData(out *bufio.Writer, f *elf.File) {
	data, err := f.DWARF()
	if err != nil {
		return
	}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil || entry == nil {
			return
		}
		if entry.Tag != dwarf.TagStructType || entry.Val(dwarf.AttrName) != "runtime.moduledata" {
			if entry.Tag != dwarf.TagCompileUnit {
				reader.SkipChildren()
			}
			continue
		}
		typ, err := data.Type(entry.Offset)
		check(err)
		for _, field := range typ.(*dwarf.StructType).Field {
			fmt.Fprintf(out, "field\t%x\t%s\n", field.ByteOffset, field.Name)
		}
		fmt.Fprintf(out, "field\t%x\t(size)\n", typ.Size())
		return
	}
}

func main() {
	path := os.Args[1]
	quantum, err := strconv.ParseUint(os.Args[2], 10, 64)
	check(err)
	f, err := elf.Open(path)
	check(err)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()

	section, offset := f.Section(".gopclntab"), uint64(0)
	if section == nil {
		section = f.Section(".data.rel.ro.gopclntab")
	}
	if section == nil {
		section = f.Section(".data.rel.ro")
	}
	data, err := section.Data()
	check(err)
	if section.Name == ".data.rel.ro" {
		for _, magic := range magics {
			if at := bytes.Index(data, magic); at >= 0 {
				offset = uint64(at)
				break
			}
		}
	}
	fmt.Fprintf(out, "section\t%s\t%x\t%x\n", section.Name, section.Offset+offset, section.Size-offset)

	text := f.Section(".text").Addr
	symbols, _ := f.Symbols()
	for _, symbol := range symbols {
		switch symbol.Name {
		case "runtime.text":
			text = symbol.Value
		case "go.func.*", "go:func.*":
			fmt.Fprintf(out, "gofunc\t%x\n", symbol.Value)
		}
		if told[strings.TrimPrefix(symbol.Name, "runtime.")] {
			fmt.Fprintf(out, "symbol\t%x\t%s\n", symbol.Value, strings.TrimPrefix(symbol.Name, "runtime."))
		}
	}
	fmt.Fprintf(out, "text\t%x\n", text)
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD {
			fmt.Fprintf(out, "segment\t%x\t%x\t%x\n", p.Vaddr, p.Off, p.Filesz)
		}
	}

	printModuleData(out, f)

	countLastFile(data[offset:])
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data[offset:], text))
	check(err)
	for i := range table.Funcs {
		fn := &table.Funcs[i]
		fmt.Fprintf(out, "func\t%x\t%x\t%s\t%s\t%s\t%s\n", fn.Entry, fn.End, fn.Name, fn.PackageName(), fn.ReceiverName(), fn.BaseName())
		last, lastFile := -2, ""
		for pc := fn.Entry; pc < fn.End; pc += quantum {
			file, line, _ := table.PCToLine(pc)
			if line <= 0 {
				line = 0
			}
			if line != last || file != lastFile || pc+quantum >= fn.End {
				fmt.Fprintf(out, "line\t%x\t%d\t%s\n", pc, line, file)
			}
			last, lastFile = line, file
		}
	}
	if info, err := buildinfo.ReadFile(path); err == nil {
		text, err := json.Marshal(info)
		check(err)
		fmt.Fprintf(out, "buildinfo\t%s\n", text)
	}
}

// countLastFile corrects the length of a file table written by Go 1.2 to 1.7, whose linker left out entry 0, the length
// itself, while the runtime's own copy (moduledata.filetab) has it: debug/gosym would not find the last file. The last
// file's name stands right behind the table.
func countLastFile(data []byte) {
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 0xff {
		order = binary.BigEndian
	}
	if order.Uint32(data) != 0xfffffffb {
		return
	}
	size := int(data[7])
	functions := int(order.Uint32(data[8:]))
	if size == 8 && order == binary.BigEndian {
		functions = int(order.Uint32(data[12:]))
	}
	start := order.Uint32(data[8+size*(2+2*functions):])
	count := order.Uint32(data[start:])
	if order.Uint32(data[start+4*count:]) == start+4*(count+1) {
		order.PutUint32(data[start:], count+1)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
