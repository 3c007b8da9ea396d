// Command elf measures Go's debug/elf at what bench/elf.mjs measures of @gospy/elf: walking all symbols of a file, and
// finding one by name. Each time the file is opened anew. Prints one JSON object.
package main

import (
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"
)

type result struct {
	Symbols  int       `json:"symbols"`
	Checksum string    `json:"checksum"`
	Address  string    `json:"address"`
	WalkMs   []float64 `json:"walkMs"`
	FindMs   []float64 `json:"findMs"`
	// For each look-up in a file whose symbols have been read, in microseconds.
	AgainUs []float64 `json:"againUs"`
}

func symbols(path string) []elf.Symbol {
	file, err := elf.Open(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer file.Close()
	list, err := file.Symbols()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return list
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: elf FILE SYMBOL TURNS")
		os.Exit(64)
	}
	path, wanted := os.Args[1], os.Args[2]
	turns, err := strconv.Atoi(os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	var r result
	for turn := 0; turn < turns; turn++ {
		start := time.Now()
		var sum uint64
		list := symbols(path)
		for i := range list {
			sum += list[i].Value + uint64(len(list[i].Name))
		}
		r.WalkMs = append(r.WalkMs, ms(start))
		r.Symbols, r.Checksum = len(list), strconv.FormatUint(sum%(1<<52), 10)

		start = time.Now()
		for _, symbol := range symbols(path) {
			if symbol.Name == wanted {
				r.Address = strconv.FormatUint(symbol.Value, 10)
				break
			}
		}
		r.FindMs = append(r.FindMs, ms(start))

		const lookups = 100
		start = time.Now()
		for i := 0; i < lookups; i++ {
			if find(list, list[i*(len(list)/lookups)].Name) == nil {
				panic("not found")
			}
		}
		r.AgainUs = append(r.AgainUs, ms(start)*1000/lookups)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// find is what a caller of Symbols has to do.
func find(list []elf.Symbol, name string) *elf.Symbol {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func ms(start time.Time) float64 {
	return float64(time.Since(start).Nanoseconds()) / 1e6
}
