package main

func main() { inside() }
