// The program of the committed tables: inlined calls three deep, a closure, a method, a deferred call. No imports
// beyond the runtime, to be small; only syntax of Go 1.2.
package main

type counter struct{ n int }

func (c *counter) add(n int) { c.n += twice(n) }

func twice(n int) int { return plus(n, n) }

func plus(a, b int) int { return a + b }

var table = []func(int) int{func(n int) int { return plus(n, 1) }}

func recurse(c *counter, n int) int {
	var room [40]int
	if n == 0 {
		return c.n
	}
	room[n%40] = recurse(c, n-1)
	c.add(room[n%40])
	return room[n%40] + 1
}

func main() {
	defer println("bye")
	c := &counter{}
	c.add(len(table))
	println("hello", recurse(c, 10), table[0](c.n))
}
