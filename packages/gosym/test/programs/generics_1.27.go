//go:build go1.27

package main

// Generic methods (Go 1.27): names with two pairs of brackets.
//
//go:noinline
func (p *pair[K, V]) convert[T any](f func(K) T) T { return f(p.key) }

func init() {
	p := &pair[string, int]{key: "k"}
	p.convert(func(s string) float64 { return float64(black(len(s))) })
}
