module example.com/program

go 1.13

require example.com/dependency v1.2.3

replace example.com/dependency v1.2.3 => ./dependency
