// The work of bench/gosym.mjs with Go's own debug/elf and debug/gosym: `gosympeer all BINARY PCS` looks up the function, file and
// line of every address in the file PCS (64 bits each, little-endian); `gosympeer one BINARY PC` of one, in hex. Prints
// the milliseconds that it took to open the file and read the section, those from there on, and a sum of what was found.
package main

import (
	"debug/elf"
	"debug/gosym"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
)

func main() {
	var pcs []byte
	var err error
	if os.Args[1] == "all" {
		pcs, err = os.ReadFile(os.Args[3])
		check(err)
	} else {
		pc, err := strconv.ParseUint(os.Args[3], 16, 64)
		check(err)
		pcs = binary.LittleEndian.AppendUint64(nil, pc)
	}
	start := time.Now()
	f, err := elf.Open(os.Args[2])
	check(err)
	data, err := f.Section(".gopclntab").Data()
	check(err)
	text := f.Section(".text").Addr
	read := time.Now()
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, text))
	check(err)
	sum := 0
	for i := 0; i < len(pcs); i += 8 {
		file, line, fn := table.PCToLine(binary.LittleEndian.Uint64(pcs[i:]))
		sum += line + len(file)
		if fn != nil {
			sum += int(fn.Name[0])
		}
	}
	done := time.Now()
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%.3f %.3f %d\n", ms(read.Sub(start)), ms(done.Sub(read)), sum)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
