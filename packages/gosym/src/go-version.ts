/**
 * Go version strings as binaries carry them (`runtime.buildVersion`, build info): `go1.22.3`, `go1.26rc1`,
 * `go1.21.0 X:loopvar`, `go1.27.4-X:jsonv2`, `devel go1.25-5e8d1f2 Tue …`, `go1.19.8-custom`.
 * Go 1.27 separates experiments by `-` where older linkers wrote a space (cmd/link/internal/ld/main.go).
 */

/** The parts of a Go version: what `parseGoVersion` gives and `compareGoVersions` orders. */
export interface GoVersion {
  /** 1 in every version so far. */
  readonly major: number
  /** 22 in `go1.22.3`; 0 where it is not written. */
  readonly minor: number
  /** 3 in `go1.22.3`; 0 where it is not written. */
  readonly patch: number
  /** `rc1`, `beta2`; undefined for a release. */
  readonly prerelease: string | undefined
  /** Built from the development branch that leads to this version: older than its first beta. */
  readonly devel: boolean
  /** GOEXPERIMENT settings that differ from the version's defaults, as written: `boringcrypto`, `noswissmap`. */
  readonly experiments: readonly string[]
}

const VERSION = /(?:^|\s)go(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?((?:alpha|beta|rc)\d{0,9})?/
const EXPERIMENTS = /[\s-]X:(\S+)/

/**
 * The parts of a Go version string, or undefined where it names no version (`devel +a1b2c3 Mon …`, as development
 * builds of Go 1.16 and older call themselves).
 */
export function parseGoVersion(text: string): GoVersion | undefined {
  const match = VERSION.exec(text)
  if (match === null) return undefined
  return {
    major: Number(match[1]),
    minor: Number(match[2] ?? 0),
    patch: Number(match[3] ?? 0),
    prerelease: match[4],
    devel: /^devel\b/.test(text),
    experiments: EXPERIMENTS.exec(text)?.[1]?.split(',').filter(Boolean) ?? [],
  }
}

/**
 * Below 0, 0 or above 0 as `a` is older than, the same as or newer than `b`: development build, then alpha, beta and
 * release candidate, then the release. Experiments and custom suffixes do not count.
 * Agrees with `go/version.Compare` but for `go1.21` and later without a patch number, which there means the language
 * version (older than `go1.21rc1`) and here the release `go1.21.0`: what a binary says is never a language version.
 */
export function compareGoVersions(a: GoVersion, b: GoVersion): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    stage(a) - stage(b) ||
    prereleaseNumber(a) - prereleaseNumber(b)
  )
}

/** Whether `version` is Go `major.minor` or newer; development builds and prereleases of it count as it. */
export function isAtLeast(version: GoVersion, major: number, minor: number): boolean {
  return version.major !== major ? version.major > major : version.minor >= minor
}

const STAGES = ['devel', 'alpha', 'beta', 'rc', 'release']

function stage(version: GoVersion): number {
  if (version.devel) return 0
  return STAGES.indexOf(version.prerelease?.replace(/\d+$/, '') ?? 'release')
}

function prereleaseNumber(version: GoVersion): number {
  return version.devel ? 0 : Number(/\d+$/.exec(version.prerelease ?? '')?.[0] ?? 0)
}
