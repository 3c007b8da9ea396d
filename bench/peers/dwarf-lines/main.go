// What bench/dwarf-lines.mjs measures, by Go's own debug/dwarf: `dwarf-lines rows FILE`, `dwarf-lines lookups FILE < addresses`. Prints
// JSON: milliseconds by step, and what was found, so that the contestants can be seen to have done the same.
package main

import (
	"bufio"
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func user() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()) / 1e6
}

func ms(since time.Time) float64 { return float64(time.Since(since).Nanoseconds()) / 1e6 }

// rows walks over all rows of all units.
func rows(data *dwarf.Data) (count, sum uint64) {
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		check(err)
		if entry == nil {
			return
		}
		if entry.Tag == dwarf.TagCompileUnit {
			lines, err := data.LineReader(entry)
			check(err)
			if lines != nil {
				var row dwarf.LineEntry
				for lines.Next(&row) == nil {
					count++
					sum += uint64(row.Line)
				}
			}
		}
		reader.SkipChildren()
	}
}

// lookup is how one finds file and line of an address with this package.
func lookup(data *dwarf.Data, pc uint64) string {
	entry, err := data.Reader().SeekPC(pc)
	if err != nil {
		return "?"
	}
	lines, err := data.LineReader(entry)
	check(err)
	var row dwarf.LineEntry
	if lines.SeekPC(pc, &row) != nil {
		return "?"
	}
	return fmt.Sprintf("%s:%d", row.File.Name, row.Line)
}

func main() {
	what, path := os.Args[1], os.Args[2]
	pcs := []uint64{}
	if what == "lookups" {
		for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
			pc, err := strconv.ParseUint(scanner.Text(), 16, 64)
			check(err)
			pcs = append(pcs, pc)
		}
	}
	result := map[string]any{}
	start := time.Now()
	file, err := elf.Open(path)
	check(err)
	data, err := file.DWARF()
	check(err)
	result["open"] = ms(start)
	if what == "rows" {
		start = time.Now()
		before := user()
		count, sum := rows(data)
		result["rows"] = ms(start)
		result["rowsUser"] = user() - before
		result["found"] = fmt.Sprintf("%d rows, sum of lines %d", count, sum)
	} else {
		found := []string{}
		start = time.Now()
		found = append(found, lookup(data, pcs[0]))
		result["first"] = ms(start)
		start = time.Now()
		for _, pc := range pcs[1:] {
			found = append(found, lookup(data, pc))
		}
		result["others"] = ms(start)
		result["found"] = found
	}
	check(json.NewEncoder(os.Stdout).Encode(result))
}
