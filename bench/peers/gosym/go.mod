module gosympeer

go 1.21
