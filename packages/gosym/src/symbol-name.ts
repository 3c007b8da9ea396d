/**
 * The parts of a Go symbol name, and names as Go prints them.
 * Sources: debug/gosym/symtab.go (PackageName, ReceiverName, BaseName), runtime/traceback.go (funcNamePiecesForPrint),
 * cmd/compile/internal/ir/func.go (closureName).
 */
import { type GoVersion, isAtLeast } from './go-version.js'

/** A symbol name in its parts: `net/http.(*conn).serve.func1` is package, receiver, base and nested. */
export interface SymbolName {
  /** `net/http`, `gopkg.in/yaml%2ev3` (as Go writes it: see `importPath`); empty for what the linker made. */
  package: string
  /** `package` with its `%xx` escapes undone: what a program imports. */
  importPath: string
  /** `(*conn)`, `Time`, `(*List[...])`; undefined for a plain function. */
  receiver: string | undefined
  /** `serve`, `Now`, `init`, `Map[...]`: without package, receiver and what is nested in it. */
  base: string
  /** What the compiler nested in it: `func1`, `func1.2`, `gowrap1`, `0` (of `init.0`); empty for a declared function. */
  nested: string
}

/** Names that the compiler gives to functions without one, and the counters behind them. */
const NESTED = /^(?:(?:func|gowrap|deferwrap)?\d+)(?:-range\d+)?(?:-fm)?$/

/**
 * Splits a symbol name. Package, receiver and base are those of `debug/gosym`, but for closures, where it takes the
 * enclosing function for a receiver.
 *
 * A name does not tell everything: `main.T.M` may be method M of T or a function inlined into another one with its
 * closures (`main.outer.inner.func1`, Go 1.21 and newer). Then the receiver is what it would be for a method.
 */
export function parseSymbolName(name: string): SymbolName {
  const pathEnd = packageEnd(name)
  const path = name.slice(0, pathEnd)
  const parts = splitAtDots(name.slice(path === '' ? 0 : pathEnd + 1))
  let first = 0
  // `glob..func1`: closures of package variables' initial values (Go 1.20 and older write an empty name behind glob).
  // `map.init.0`: initialisation of large map variables (Go 1.21 and newer).
  const isMapInit = parts[0] === 'map' && parts[1] === 'init'
  const hasReceiver =
    parts.length > 1 && (parts[0]!.startsWith('(') || (parts[1] !== '' && !NESTED.test(parts[1]!))) && path !== ''
  if (hasReceiver && !isMapInit) first = 1
  const baseEnd = isMapInit ? 2 : path === '' ? parts.length : first + 1
  return {
    package: path,
    importPath: unescapeImportPath(path),
    receiver: first === 1 ? parts[0] : undefined,
    base: parts.slice(first, baseEnd).join('.'),
    nested: parts.slice(baseEnd).filter(Boolean).join('.'),
  }
}

/** `gopkg.in/yaml%2ev3` to `gopkg.in/yaml.v3` (cmd/internal/objabi/path.go, PathToPrefix). */
function unescapeImportPath(path: string): string {
  if (!path.includes('%')) return path
  // Escapes are bytes of UTF-8; a lone percent sign stays.
  const bytes: number[] = []
  const encoded = new TextEncoder().encode(path)
  for (let at = 0; at < encoded.length; at++) {
    const hex =
      encoded[at] === 0x25 ? /^[0-9a-f]{2}$/i.exec(String.fromCharCode(...encoded.subarray(at + 1, at + 3))) : null
    bytes.push(hex === null ? encoded[at]! : Number.parseInt(hex[0], 16))
    if (hex !== null) at += 2
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}

/** Where the package path ends: at the first dot behind its last slash, brackets left aside; 0 if there is none. */
function packageEnd(name: string): number {
  if (isReserved(name)) return 0
  let depth = 0
  let dot = -1
  for (let at = 0; at < name.length; at++) {
    const char = name[at]
    if (char === '[') depth++
    else if (char === ']') depth--
    else if (depth > 0) continue
    else if (char === '/') dot = -1
    else if (char === '.' && dot < 0) dot = at
  }
  return Math.max(dot, 0)
}

/**
 * Symbols that belong to no package: `go:buildid`, `type:.eq.main.T`, before Go 1.20 `go.buildid`, `type..eq.main.T`.
 * A package's own path may begin with `go.` only if it has a slash (`go.uber.org/zap`): other dots are escaped.
 */
function isReserved(name: string): boolean {
  if (name.startsWith('go:') || name.startsWith('type:') || name.startsWith('type..')) return true
  return (name.startsWith('go.') || name.startsWith('type.')) && !name.includes('/')
}

/** Splits at the dots outside of brackets and parentheses. */
function splitAtDots(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '[' || char === '(') depth++
    else if (char === ']' || char === ')') depth--
    else if (char === '.' && depth <= 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

/**
 * The name as Go prints it in tracebacks and profiles: type arguments, which are compiler's shapes, become `[...]`.
 * @param version of the target, whose rule is followed; without it, the newest. Up to Go 1.20 names are printed as they
 * are (the linker had replaced type arguments), up to Go 1.26 everything from the first to the last bracket becomes one
 * `[...]`, since then a generic method of a generic type keeps two.
 */
export function displayName(name: string, version?: GoVersion): string {
  if (version !== undefined && !isAtLeast(version, 1, 21)) return name
  const open = name.indexOf('[')
  const close = name.lastIndexOf(']')
  if (open < 0 || close <= open) return name
  const before = name.slice(0, open)
  const after = name.slice(close + 1)
  const interior = name.slice(open + 1, close)
  const oneBracket = `${before}[...]${after}`
  if (!interior.includes('[') || (version !== undefined && !isAtLeast(version, 1, 27))) return oneBracket

  let depth = 1
  let inner = -1
  for (let at = 0; at < interior.length; at++) {
    const char = interior[at]
    if (char === '[') {
      depth++
      if (depth === 1) return `${before}[...]${interior.slice(inner + 1, at)}[...]${after}`
    } else if (char === ']') {
      depth--
      // Not balanced: Go prints such a name as it is.
      if (depth < 0) return name
      if (depth === 0) inner = at
    }
  }
  return depth === 1 && inner < 0 ? oneBracket : name
}
