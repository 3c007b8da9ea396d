/** Agrees with `go/version.Compare` where Go is present; the forms are those that real binaries carry. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compareGoVersions, type GoVersion, isAtLeast, parseGoVersion } from '../src/index.js'
import { LOCAL_GO, minorOf } from './support/toolchains.js'

const release = { prerelease: undefined, devel: false, experiments: [] }

describe('parseGoVersion', () => {
  it.each<[string, GoVersion | undefined]>([
    ['go1.22.3', { ...release, major: 1, minor: 22, patch: 3 }],
    ['go1.2', { ...release, major: 1, minor: 2, patch: 0 }],
    ['go1', { ...release, major: 1, minor: 0, patch: 0 }],
    ['go1.26rc1', { ...release, major: 1, minor: 26, patch: 0, prerelease: 'rc1' }],
    ['go1.9beta2', { ...release, major: 1, minor: 9, patch: 0, prerelease: 'beta2' }],
    [
      'go1.22.3 X:boringcrypto,loopvar',
      { ...release, major: 1, minor: 22, patch: 3, experiments: ['boringcrypto', 'loopvar'] },
    ],
    ['go1.27.4-X:jsonv2', { ...release, major: 1, minor: 27, patch: 4, experiments: ['jsonv2'] }],
    [
      'go1.24.1-custom X:nocoverageredesign',
      { ...release, major: 1, minor: 24, patch: 1, experiments: ['nocoverageredesign'] },
    ],
    ['devel go1.25-5e8d1f2 Tue Mar 4 11:00:00 2025 +0000', { ...release, major: 1, minor: 25, patch: 0, devel: true }],
    [
      'devel go1.25-5e8d1f2 Tue X:synctest',
      { ...release, major: 1, minor: 25, patch: 0, devel: true, experiments: ['synctest'] },
    ],
    ['go1.19.8b4', { ...release, major: 1, minor: 19, patch: 8 }],
    ['go1.19.8 (Red Hat 1.19.8-1.el9)', { ...release, major: 1, minor: 19, patch: 8 }],
    ['devel +a1b2c3d Mon Jan 6 10:00:00 2020 +0000', undefined],
    ['', undefined],
    ['1.22', undefined],
    ['cargo1.70', undefined],
  ])('%s', (text, expected) => {
    expect(parseGoVersion(text)).toEqual(expected)
  })
})

describe('compareGoVersions', () => {
  const ordered = [
    'go1.4.3',
    'go1.9beta1',
    'go1.9rc1',
    'go1.9rc2',
    'go1.9rc10',
    'go1.9',
    'go1.9.2',
    'go1.10',
    'go1.20rc1',
    'go1.20',
    'devel go1.21-abc Mon',
    'go1.21rc2',
    'go1.21.0',
    'go1.21.1',
    'go1.100.0',
    'go2.0.0',
  ]
  const sign = (a: string, b: string) => Math.sign(compareGoVersions(parseGoVersion(a)!, parseGoVersion(b)!))

  it('orders releases behind their prereleases, and those behind development builds', () => {
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect([a, b, sign(a, b)]).toEqual([a, b, Math.sign(i - j)])
    }
    expect(sign('go1.21.0 X:loopvar', 'go1.21.0')).toBe(0)
    expect(sign('go1.20', 'go1.20.0')).toBe(0)
  })

  it.skipIf(LOCAL_GO === undefined || minorOf(LOCAL_GO) < 22)(
    'agrees with go/version (skipped without Go 1.22)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'gosym-version-'))
      try {
        const known = ordered.filter((text) => !text.startsWith('devel'))
        const list = known.map((text) => JSON.stringify(text)).join(', ')
        writeFileSync(
          join(folder, 'main.go'),
          `package main
import "go/version"
func main() { v := []string{${list}}; for _, a := range v { for _, b := range v { println(version.Compare(a, b)) } } }
`,
        )
        const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', GO111MODULE: 'off' }
        execFileSync('go', ['build', '-o', 'compare', 'main.go'], { cwd: folder, env, stdio: 'pipe' })
        const text = execFileSync('sh', ['-c', './compare 2>&1'], { cwd: folder, encoding: 'utf8' })
        expect(known.flatMap((a) => known.map((b) => sign(a, b)))).toEqual(text.trim().split('\n').map(Number))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})

it('isAtLeast counts prereleases as their version', () => {
  expect(isAtLeast(parseGoVersion('go1.26rc1')!, 1, 26)).toBe(true)
  expect(isAtLeast(parseGoVersion('devel go1.26-abc')!, 1, 26)).toBe(true)
  expect(isAtLeast(parseGoVersion('go1.9')!, 1, 26)).toBe(false)
  expect(isAtLeast(parseGoVersion('go2.0')!, 1, 26)).toBe(true)
})
