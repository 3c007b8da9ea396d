/**
 * The libraries in a browser: the example page as Vite bundles it, in headless Chromium, with files dropped on it. What it shows
 * is held against the same libraries in Node, which other tests hold against other tools.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Binary } from '../src/binary.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

const program = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('amd64-exe'))!
const c = prebuilt().find(({ program, mode }) => program === 'plain' && mode === 'exe')!

describe.skipIf(CHROMIUM === undefined)('the example page (skipped where there is no Chromium)', () => {
  let folder: string
  let server: Server
  let browser: Browser
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gospy-browser-'))
    const root = fileURLToPath(new URL('..', import.meta.url))
    await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
    server = createServer((request, response) => {
      const path = new URL(request.url!, 'http://localhost').pathname
      const file = path === '/program' ? fixturePath(program) : path === '/c' ? fixturePath(c) : join(folder, path)
      if (path.includes('..') || !existsSync(file)) return response.writeHead(404).end()
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
      return response.end(readFileSync(file))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    })
    page = await browser.newPage()
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`)
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Drops a file whose bytes the server has at `url`, cut off behind `length`. */
  async function drop(url: string, name: string, length?: number): Promise<void> {
    const dataTransfer = await page.evaluateHandle(
      async ([url, name, length]) => {
        const bytes = await (await fetch(url!)).arrayBuffer()
        const transfer = new DataTransfer()
        transfer.items.add(new File([bytes.slice(0, Number(length ?? bytes.byteLength))], name!))
        return transfer
      },
      [url, name, length?.toString()],
    )
    await page.dispatchEvent('#drop', 'drop', { dataTransfer })
  }

  /** Tables of the page as the texts of their rows' cells. */
  const shown = () =>
    page.$$eval('#answer section', (sections) =>
      sections.map((section) => ({
        title: section.querySelector('h2')!.textContent,
        rows: [...section.querySelectorAll('tr')]
          .filter((row) => row.querySelector('td') !== null)
          .map((row) => [...row.cells].map((cell) => cell.textContent)),
      })),
    )

  async function look(type: string): Promise<void> {
    await page.fill('#type', type)
    await page.click('#lookup button')
  }

  it('shows a Go program: version, packages, sections, and the layout of runtime.g', async () => {
    await drop('/program', 'states')
    await page.waitForSelector('#answer section')
    const own = new Binary('states', readFileSync(fixturePath(program)))
    expect(await shown()).toEqual(own.tables().map(({ title, rows }) => ({ title, rows })))
    const cells = await page.$$eval('#answer td', (all) => all.map((cell) => cell.textContent))
    expect(cells).toEqual(expect.arrayContaining([`go${program.goVersion}`, 'runtime', '.gopclntab', '.debug_info']))
    await look('runtime.g')
    const [layout] = await shown()
    const { title, rows } = own.layout('runtime.g')
    expect(layout).toEqual({ title, rows })
    expect(rows.map(([, , field]) => field)).toEqual(expect.arrayContaining(['goid', 'sched', 'atomicstatus']))
  })

  it('shows a C program, and says what it does not have', async () => {
    await drop('/c', 'plain')
    await page.waitForFunction(() => document.querySelector('td:nth-child(2)')?.textContent === 'plain')
    expect((await shown()).map(({ title }) => title)).toEqual(['File', 'Sections'])
    await look('runtime.g')
    expect(await page.textContent('.error')).toContain('runtime.g')
  })

  it('says what is wrong with a file that is none, or cut off', async () => {
    await drop('/index.html', 'index.html')
    await page.waitForFunction(() => document.querySelector('.error')?.textContent?.includes('not an ELF file'))
    expect(await shown()).toEqual([])
    await drop('/program', 'half', 100_000)
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('Sections:'))
    expect((await shown()).at(-1)!.title).toMatch(/^Sections: section .* of the file, which ends at 0x186a0/)
  })

  it('without a single fault of its own', () => {
    expect(faults).toEqual([])
  })
})
