// The program of the build info tests: a module with a dependency that is replaced by a folder.
package main

import "example.com/dependency"

var greeting = "hello"

func main() { println(greeting, dependency.Answer) }
