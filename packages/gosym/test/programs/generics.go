//go:build go1.18

package main

var sunk int

//go:noinline
func black(n int) int { sunk += n; return sunk }

type pair[K comparable, V any] struct {
	key   K
	value V
}

//go:noinline
func (p *pair[K, V]) set(key K, value V) { p.key, p.value = key, value }

func apply[T, U any](list []T, f func(T) U) []U {
	var out []U
	for _, item := range list {
		out = append(out, f(item))
	}
	return out
}

func init() {
	p := &pair[string, []map[string]int]{}
	p.set("a", nil)
	apply([]string{"x"}, func(s string) pair[int, string] {
		return pair[int, string]{black(len(s)), s}
	})
	apply([]pair[int, string]{{1, "y"}}, func(q pair[int, string]) int { return black(q.key) })
}
