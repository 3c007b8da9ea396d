module dwarf-entries

go 1.21
