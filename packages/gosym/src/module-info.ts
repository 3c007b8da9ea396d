/**
 * Module information: the lines that the go command links into a binary, which `go version -m` prints.
 * Source: runtime/debug/mod.go (ParseBuildInfo), cmd/go/internal/modload/build.go (framing).
 */
import { decodeUtf8, FormatError } from '@gospy/bytes'
import { quote, quotedPrefix, unquote } from './go-string-literal.js'

/** A module of the build. */
export interface GoModule {
  /** `golang.org/x/sys`; of a replacement it may be a folder. */
  path: string
  /** `v0.21.0`, `(devel)`; empty where there is none. */
  version: string
  /** `h1:…`; empty where there is none (the main module, folders). */
  sum: string
  /** What the build used in its place. */
  replace?: GoModule
}

/** What a program was built from, and how. */
export interface ModuleInfo {
  /** Package path of the program: `github.com/go-delve/delve/cmd/dlv`; undefined where not stated. */
  path: string | undefined
  /** Module that holds the program. */
  main: GoModule | undefined
  /** All other modules, in the order of their paths. */
  deps: GoModule[]
  /** Build settings (Go 1.18 and newer), in their order: `-ldflags`, `CGO_ENABLED`, `GOARCH`, `vcs.revision`, … */
  settings: Map<string, string>
}

const SECTION = 'Go module info'
const FRAME = 16

/**
 * The text within the variable `runtime.modinfo`, or within the second string of build info, whose first and last 16
 * bytes are sentinels; undefined where the program was built without modules.
 */
export function moduleInfoText(modinfo: Uint8Array): string | undefined {
  // The rule of debug/buildinfo: the sentinels themselves are not compared.
  if (modinfo.length < 2 * FRAME + 1 || modinfo[modinfo.length - FRAME - 1] !== 0x0a) return undefined
  return decodeUtf8(modinfo, FRAME, modinfo.length - FRAME)
}

/**
 * Reads module information without its framing.
 * @throws FormatError on a malformed line, with the line's offset in characters. Lines of unknown kind are ignored, as
 * Go does, and so is a last line without an end.
 */
export function parseModuleInfo(text: string): ModuleInfo {
  const info: ModuleInfo = { path: undefined, main: undefined, deps: [], settings: new Map() }
  /** The module that a replacement would belong to. */
  let last: GoModule | undefined
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    if (end < 0) return info
    const line = text.slice(start, end)
    const tab = line.indexOf('\t')
    const value = line.slice(tab + 1)
    switch (tab < 0 ? '' : line.slice(0, tab)) {
      case 'path':
        info.path = value
        break
      case 'mod':
        last = info.main = parseModule(value, start)
        break
      case 'dep':
        last = parseModule(value, start)
        info.deps.push(last)
        break
      case '=>': {
        if (last === undefined) fail('a replacement without a module before it', start)
        if (value.split('\t').length !== 3) fail('a replacement without path, version and sum', start)
        last.replace = parseModule(value, start)
        last = undefined
        break
      }
      case 'build': {
        const [key, setting] = parseSetting(value, start)
        info.settings.set(key, setting)
        break
      }
    }
    start = end + 1
  }
}

function parseModule(value: string, offset: number): GoModule {
  const [path, version, sum, extra] = value.split('\t')
  if (path === undefined || version === undefined || extra !== undefined) fail('a module has 2 or 3 columns', offset)
  return { path, version, sum: sum ?? '' }
}

/** `key=value`, either of them quoted if it has to be. */
function parseSetting(text: string, offset: number): [key: string, value: string] {
  let key: string | undefined
  let value: string
  if (text.startsWith('"') || text.startsWith('`')) {
    const literal = quotedPrefix(text)
    key = literal === undefined ? undefined : unquote(literal)
    if (literal === undefined || key === undefined) fail('a malformed quoted key', offset)
    if (text[literal.length] !== '=') fail("no '=' behind a quoted key", offset)
    value = text.slice(literal.length + 1)
  } else {
    const equals = text.indexOf('=')
    if (equals < 1) fail("a build setting is not of the form 'key=value'", offset)
    key = text.slice(0, equals)
    if (/[\s"`]/.test(key)) fail('a key that must be quoted', offset)
    value = text.slice(equals + 1)
  }
  if (value.startsWith('"') || value.startsWith('`')) {
    value = unquote(value) ?? fail('a malformed quoted value', offset)
  } else if (/[ \t\r\n"`]/.test(value)) {
    fail('a value that must be quoted', offset)
  }
  return [key, value]
}

/**
 * The lines that `parseModuleInfo` reads, as `go version -m` prints them below the Go version, each indented by a tab.
 * Source: runtime/debug/mod.go (BuildInfo.String).
 */
export function formatModuleInfo({ path, main, deps, settings }: ModuleInfo): string {
  const lines: string[] = []
  if (path !== undefined) lines.push(`path\t${path}`)
  if (main !== undefined) lines.push(...moduleLines('mod', main))
  for (const dep of deps) lines.push(...moduleLines('dep', dep))
  for (const [key, value] of settings) {
    lines.push(`build\t${quoteIf(/[= \t\r\n"`]/, key)}=${quoteIf(/[ \t\r\n"`]/, value)}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

function moduleLines(word: string, { path, version, sum, replace }: GoModule): string[] {
  if (replace === undefined) return [`${word}\t${path}\t${version}\t${sum}`]
  // Go puts an empty line behind a replacement.
  return [`${word}\t${path}\t${version}`, ...moduleLines('=>', replace), '']
}

/** An empty key is quoted too, an empty value is not. */
function quoteIf(special: RegExp, text: string): string {
  return special.test(text) ? quote(text) : text
}

function fail(reason: string, offset: number): never {
  throw new FormatError(reason, { section: SECTION, offset })
}
