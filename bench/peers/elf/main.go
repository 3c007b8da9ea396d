// Command elf measures Go's debug/elf at what bench/elf.mjs measures of @gospy/elf: walking all symbols of a file, finding
// one by name, or many in a file that is open. Each time the file is opened anew. Prints one JSON object.
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
	Symbols  int    `json:"symbols,omitempty"`
	Checksum string `json:"checksum,omitempty"`
	Address  string `json:"address,omitempty"`
	// Milliseconds; for look-ups in a file whose symbols have been read, microseconds each.
	Figures []float64 `json:"figures"`
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func symbols(path string) []elf.Symbol {
	file, err := elf.Open(path)
	if err != nil {
		fail(err)
	}
	defer file.Close()
	list, err := file.Symbols()
	if err != nil {
		fail(err)
	}
	return list
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: elf FILE SYMBOL TURNS walk|find|again")
		os.Exit(64)
	}
	path, wanted, what := os.Args[1], os.Args[2], os.Args[4]
	turns, err := strconv.Atoi(os.Args[3])
	if err != nil {
		fail(err)
	}
	var r result
	for turn := 0; turn < turns; turn++ {
		start := time.Now()
		switch what {
		case "walk":
			var sum uint64
			list := symbols(path)
			for i := range list {
				sum += list[i].Value + uint64(len(list[i].Name))
			}
			r.Figures = append(r.Figures, ms(start))
			r.Symbols, r.Checksum = len(list), strconv.FormatUint(sum%(1<<52), 10)
		case "find":
			if symbol := find(symbols(path), wanted); symbol != nil {
				r.Address = strconv.FormatUint(symbol.Value, 10)
			}
			r.Figures = append(r.Figures, ms(start))
		case "again":
			const lookups = 100
			list := symbols(path)
			start = time.Now()
			for i := 0; i < lookups; i++ {
				if find(list, list[i*(len(list)/lookups)].Name) == nil {
					panic("not found")
				}
			}
			r.Figures = append(r.Figures, ms(start)*1000/lookups)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		fail(err)
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
