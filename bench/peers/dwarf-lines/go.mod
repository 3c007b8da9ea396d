module dwarf-lines

go 1.21
