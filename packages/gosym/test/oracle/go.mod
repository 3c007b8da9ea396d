module oracle

go 1.20
