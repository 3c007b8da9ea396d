// A Go program of more than 100 MB: packages of made-up functions, with calls that are inlined. Takes minutes to build, once.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGES = 400
const FUNCTIONS = 110
const STATEMENTS = 14

const helpers = `
func plus(a, b int) int { return a + b }
func twice(n int) int   { return plus(n, n) }
func text(n int) string { return strconv.Itoa(twice(n)) }
`

function functionSource(pkg, index) {
  const lines = []
  for (let at = 0; at < STATEMENTS; at++) {
    const k = (pkg * 31 + index * 17 + at * 7) % 997
    switch ((pkg + index + at) % 5) {
      case 0:
        lines.push(
          `\tif n%${k + 2} == 1 {`,
          `\t\tout = append(out, fmt.Sprintf("%d %s", twice(n+${k}), text(n)))`,
          `\t}`,
        )
        break
      case 1:
        lines.push(`\tm["k${k}"] = plus(m["k${(k * 3) % 97}"], n-${k})`)
        break
      case 2:
        lines.push(`\tfor i := range out {`, `\t\tn = plus(n, len(out[i])*${k})`, `\t}`)
        break
      case 3:
        lines.push(`\tsort.Slice(out, func(i, j int) bool { return len(out[i])+${k} < twice(len(out[j])) })`)
        break
      default:
        lines.push(
          `\tswitch any(n).(type) {`,
          `\tcase int:`,
          `\t\tn ^= ${k}`,
          `\tcase string:`,
          `\t\tpanic(text(n))`,
          `\t}`,
        )
    }
  }
  return `func F${index}(n int, m map[string]int, out []string) ([]string, int) {\n${lines.join('\n')}\n\treturn out, n\n}\n`
}

/** Builds the program in `folder`, unless it is there, and returns its path. */
export function largeProgram(folder) {
  const program = join(folder, 'large')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), 'module large\n\ngo 1.21\n')
  const names = Array.from({ length: PACKAGES }, (_, index) => `p${index}`)
  for (const [pkg, name] of names.entries()) {
    const bodies = Array.from({ length: FUNCTIONS }, (_, index) => functionSource(pkg, index))
    const list = Array.from({ length: FUNCTIONS }, (_, index) => `F${index}`).join(', ')
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(
      join(folder, name, 'p.go'),
      `package ${name}\n\nimport (\n\t"fmt"\n\t"sort"\n\t"strconv"\n)\n${helpers}\n${bodies.join('\n')}
var All = []func(int, map[string]int, []string) ([]string, int){${list}}\n`,
    )
  }
  const imports = names.map((name) => `\t"large/${name}"`).join('\n')
  const uses = names.map((name) => `\tfor _, f := range ${name}.All {\n\t\tout, n = f(n, m, out)\n\t}`).join('\n')
  writeFileSync(
    join(folder, 'main.go'),
    `package main\n\nimport (\n${imports}\n)\n\nfunc main() {\n\tm, out, n := map[string]int{}, []string{}, 1\n${uses}\n\tprintln(n, len(out))\n}\n`,
  )
  const env = { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' }
  execFileSync('go', ['build', '-ldflags=-compressdwarf=false', '-o', program, '.'], {
    cwd: folder,
    env,
    stdio: 'inherit',
  })
  if (statSync(program).size < 100e6)
    throw new Error(`${program} has ${statSync(program).size} bytes: fewer than 100 MB`)
  return program
}
