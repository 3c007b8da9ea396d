/** Architectures of Linux, by the first Go that links programs for them without help, with what their tables say of them. */
export interface Architecture {
  arch: string
  /** First minor version. */
  since: number
  /** Whether it is in the quick run. */
  quick: boolean
  /** Bytes of the shortest instruction. */
  quantum: number
  pointerSize: number
  big: boolean
}

export const ARCHES: readonly Architecture[] = [
  { arch: 'amd64', since: 2, quick: true, quantum: 1, pointerSize: 8, big: false },
  { arch: '386', since: 5, quick: true, quantum: 1, pointerSize: 4, big: false },
  { arch: 'arm', since: 5, quick: false, quantum: 4, pointerSize: 4, big: false },
  { arch: 'arm64', since: 5, quick: false, quantum: 4, pointerSize: 8, big: false },
  { arch: 'ppc64', since: 5, quick: false, quantum: 4, pointerSize: 8, big: true },
  { arch: 'ppc64le', since: 5, quick: false, quantum: 4, pointerSize: 8, big: false },
  { arch: 'mips64', since: 6, quick: false, quantum: 4, pointerSize: 8, big: true },
  { arch: 'mips64le', since: 6, quick: false, quantum: 4, pointerSize: 8, big: false },
  { arch: 's390x', since: 7, quick: true, quantum: 2, pointerSize: 8, big: true },
  { arch: 'mips', since: 8, quick: false, quantum: 4, pointerSize: 4, big: true },
  { arch: 'mipsle', since: 8, quick: false, quantum: 4, pointerSize: 4, big: false },
  { arch: 'riscv64', since: 14, quick: false, quantum: 4, pointerSize: 8, big: false },
  { arch: 'loong64', since: 19, quick: false, quantum: 4, pointerSize: 8, big: false },
]

/** Go 1.26 and newer use the short instructions of riscv64 (cmd/internal/sys/arch.go, MinLC). */
export const quantumOf = ({ arch, quantum }: Architecture, minor: number): number =>
  arch === 'riscv64' && minor >= 26 ? 2 : quantum
