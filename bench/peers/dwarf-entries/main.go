// What bench/dwarf-entries.mjs compares with: Go's own debug/dwarf walks over all entries of a file and decodes all of their
// attributes, and lays out one struct by name. Prints what it saw, so that both sides are known to have done the same, and how long
// it took, reading the file included.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"
)

type result struct {
	Entries    int     `json:"entries"`
	Attributes int     `json:"attributes"`
	Characters int     `json:"characters"`
	Size       int64   `json:"size"`
	Fields     int     `json:"fields"`
	Ms         float64 `json:"ms"`
}

func main() {
	task, path, name := os.Args[1], os.Args[2], os.Args[3]
	started := time.Now()
	file, err := elf.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	data, err := file.DWARF()
	if err != nil {
		log.Fatal(err)
	}
	var out result
	if task == "walk" {
		walk(data, &out)
	} else {
		layout(data, name, &out)
	}
	out.Ms = float64(time.Since(started).Microseconds()) / 1000
	text, _ := json.Marshal(out)
	fmt.Println(string(text))
}

func walk(data *dwarf.Data, out *result) {
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			log.Fatal(err)
		}
		if entry == nil {
			return
		}
		if entry.Tag == 0 {
			continue
		}
		out.Entries++
		out.Attributes += len(entry.Field)
		for _, field := range entry.Field {
			if text, ok := field.Val.(string); ok {
				out.Characters += len(text)
			}
		}
	}
}

// layout looks through the units' top level for the struct: debug/dwarf has no lookup by name.
func layout(data *dwarf.Data, name string, out *result) {
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil {
			log.Fatal(err)
		}
		if entry == nil {
			log.Fatalf("no struct %s", name)
		}
		if entry.Tag == dwarf.TagCompileUnit {
			continue
		}
		if entry.Tag == dwarf.TagStructType && entry.Val(dwarf.AttrName) == name && entry.Val(dwarf.AttrDeclaration) == nil {
			found, err := data.Type(entry.Offset)
			if err != nil {
				log.Fatal(err)
			}
			structure := found.(*dwarf.StructType)
			out.Size = structure.ByteSize
			out.Fields = len(structure.Field)
			return
		}
		reader.SkipChildren()
	}
}
