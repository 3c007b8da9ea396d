/**
 * Build info: the blob in every Go binary since 1.13, stripped or not, that names the Go version and the modules.
 * Two forms: since Go 1.18 the strings follow a header of 32 bytes; before, the header points to Go strings in memory.
 * Sources: debug/buildinfo/buildinfo.go, cmd/link/internal/ld/data.go (buildinfo), Go 1.13 to 1.27.
 */
import { Cursor, decodeUtf8, FormatError, indexOfBytes, plainBytes } from '@gospy/bytes'
import { type ModuleInfo, moduleInfoText, parseModuleInfo } from './module-info.js'
import type { ReadAddress } from './pclntab-data.js'

/** What build info says: the Go version, and the modules and settings of the build. */
export interface BuildInfo extends ModuleInfo {
  /** As the toolchain calls itself: `go1.22.3`, `go1.21.0 X:loopvar`, `devel go1.25-…` (see `parseGoVersion`). */
  goVersion: string
}

/** How to read build info. */
export interface BuildInfoOptions {
  /** Reads the binary by address, as linked, or a process's memory. Needed for binaries of Go 1.13 to 1.17 only. */
  readAddress?: ReadAddress | undefined
  /** Byte order of the pointers; by default what the header says. */
  littleEndian?: boolean | undefined
}

/** How to find and read build info. */
export interface FindBuildInfoOptions extends BuildInfoOptions {
  /** Address of the first byte: the blob is aligned by address. Default 0. */
  address?: number | undefined
}

const SECTION = '.go.buildinfo'
const MAGIC = new Uint8Array([0xff, ...new TextEncoder().encode(' Go buildinf:')])
const HEADER_SIZE = 32
const ALIGNMENT = 16

/**
 * Beginnings looked at before giving up. Programs that read build info hold a few that are none; a file that holds
 * nothing else would take time that grows with the square of its size.
 */
const MAX_CANDIDATES = 64

const POINTER_SIZE_AT = 14
const FLAGS_AT = 15
const POINTERS_AT = 16
const FLAG_BIG_ENDIAN = 1
const FLAG_INLINE_STRINGS = 2

/** A Go version is a few words; a longer one is a pointer to something else. */
const MAX_VERSION_LENGTH = 4096
/** Modules of the largest known binaries take a tenth of this. */
const MAX_MODINFO_LENGTH = 16 << 20

/**
 * Reads build info.
 * @param section the section `.go.buildinfo`, or anything that begins with the blob
 * @throws FormatError when this is no build info, its strings are cut off or cannot be read, or a line is malformed
 */
export function parseBuildInfo(section: Uint8Array, options: BuildInfoOptions = {}): BuildInfo {
  const bytes = plainBytes(section)
  if (!startsWithMagic(bytes, 0)) fail('the magic string "\\xff Go buildinf:" is missing', 0)
  if (bytes.length < HEADER_SIZE) fail(`${bytes.length} bytes are too few for a header`, 0)
  const { goVersion, modinfo } =
    (bytes[FLAGS_AT]! & FLAG_INLINE_STRINGS) === 0 ? readPointed(bytes, options) : readInline(bytes)
  if (goVersion === '') fail('the Go version is empty', HEADER_SIZE)
  return { goVersion, ...parseModuleInfo(moduleInfoText(modinfo) ?? '') }
}

/**
 * Finds build info in a section, a segment or a whole file, at 16-byte alignment, and reads it; undefined where there is
 * none. Where it has no section of its own it is near the start of the first writable segment. What begins like build
 * info and cannot be read is passed over if there is some that can.
 * @throws FormatError as parseBuildInfo, for the first that begins like it, if none can be read
 */
export function findBuildInfo(bytes: Uint8Array, options: FindBuildInfoOptions = {}): BuildInfo | undefined {
  const plain = plainBytes(bytes)
  const base = (options.address ?? 0) % ALIGNMENT
  let fault: FormatError | undefined
  let candidates = 0
  let at = indexOfBytes(plain, MAGIC)
  while (at >= 0 && plain.length - at >= HEADER_SIZE && candidates < MAX_CANDIDATES) {
    if ((base + at) % ALIGNMENT === 0) {
      candidates++
      try {
        return parseBuildInfo(plain.subarray(at), options)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        fault ??= error
      }
    }
    at = indexOfBytes(plain, MAGIC, at + 1)
  }
  if (fault !== undefined) throw fault
  return undefined
}

function startsWithMagic(bytes: Uint8Array, offset: number): boolean {
  return MAGIC.every((byte, index) => bytes[offset + index] === byte)
}

interface RawBuildInfo {
  goVersion: string
  modinfo: Uint8Array
}

/** Go 1.18 and newer: each string is its length as a varint, then its bytes. */
function readInline(bytes: Uint8Array): RawBuildInfo {
  const cursor = new Cursor(bytes, { section: SECTION, offset: HEADER_SIZE })
  const version = cursor.take(cursor.uleb128())
  return { goVersion: decodeUtf8(version), modinfo: cursor.take(cursor.uleb128()) }
}

/** Go 1.13 to 1.17: the header holds the addresses of the string variables runtime.buildVersion and runtime.modinfo. */
function readPointed(bytes: Uint8Array, options: BuildInfoOptions): RawBuildInfo {
  const pointerSize = bytes[POINTER_SIZE_AT]!
  if (pointerSize !== 4 && pointerSize !== 8) fail(`pointer size ${pointerSize} is neither 4 nor 8`, POINTER_SIZE_AT)
  const { readAddress } = options
  if (readAddress === undefined) {
    fail('the strings are elsewhere, as in Go 1.13 to 1.17: the option readAddress is needed', POINTERS_AT)
  }
  const littleEndian = options.littleEndian ?? (bytes[FLAGS_AT]! & FLAG_BIG_ENDIAN) === 0
  const pointer = (from: Uint8Array, offset: number): number =>
    new Cursor(from, { section: SECTION, littleEndian, offset }).uint(pointerSize)

  const readString = (at: number, limit: number): Uint8Array | undefined => {
    const address = pointer(bytes, at)
    const header = address === 0 ? undefined : readAddress(address, 2 * pointerSize)
    if (header === undefined || header.length < 2 * pointerSize) return undefined
    const length = pointer(header, pointerSize)
    if (length > limit) return undefined
    const text = length === 0 ? new Uint8Array() : readAddress(pointer(header, 0), length)
    return text === undefined || text.length < length ? undefined : text.subarray(0, length)
  }
  const version = readString(POINTERS_AT, MAX_VERSION_LENGTH)
  if (version === undefined) fail('the pointer to the Go version leads nowhere', POINTERS_AT)
  // Without modules there may be no string.
  const modinfo = readString(POINTERS_AT + pointerSize, MAX_MODINFO_LENGTH) ?? new Uint8Array()
  return { goVersion: decodeUtf8(version), modinfo }
}

function fail(reason: string, offset: number): never {
  throw new FormatError(reason, { section: SECTION, offset })
}
