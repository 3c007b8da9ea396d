/** The `process` member that every answer about a process has. */
import type { GoProcess } from '@gospy/goruntime'

export interface ProcessJson {
  pid: number
  executable: string
  goVersion: string
  module: string | null
  arch: string
  pie: boolean
  symbols: 'dwarf' | 'symtab' | 'none'
}

export function processJson(go: GoProcess): ProcessJson {
  const { binary } = go
  return {
    pid: go.pid,
    executable: go.executable,
    goVersion: binary.goVersion.text,
    module: binary.buildInfo?.main?.path ?? null,
    arch: binary.arch,
    pie: binary.isPie,
    symbols: go.debugData,
  }
}
