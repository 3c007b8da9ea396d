/** Places in the code, as people see them: `main.(*Pool).worker  pool.go:88`. */
import type { CodeAddress, Frame, Location } from '@gospy/goruntime'
import { baseName, printable } from './text.js'

export interface Place {
  /** The function's full name, or its address where there is none; `-` for no place at all. */
  readonly name: string
  /** File, without the folders, and line; '' where they are not known. */
  readonly line: string
}

const NOWHERE: Place = { name: '-', line: '' }

/** Frames and code addresses are shared between goroutines, and shown again and again. */
const known = new WeakMap<Frame | CodeAddress, Place>()

export function placeOfFrame(frame: Frame | null): Place {
  return frame === null ? NOWHERE : remembered(frame, () => placeOf(frame))
}

/** Where the function of a frame begins; only its name where that is not known. */
export function placeOfBeginning({ function: name, file, startLine }: Frame): Place {
  return startLine === null ? { name: printable(name), line: '' } : placeOf({ function: name, file, line: startLine })
}

export function placeOfCode(code: CodeAddress | null): Place {
  if (code === null) return NOWHERE
  return remembered(code, () =>
    code.location === undefined ? { name: `0x${code.pc.toString(16)}`, line: '' } : placeOf(code.location),
  )
}

function remembered(key: Frame | CodeAddress, make: () => Place): Place {
  let place = known.get(key)
  if (place === undefined) {
    place = make()
    known.set(key, place)
  }
  return place
}

function placeOf({ function: name, file, line }: Location): Place {
  return { name: printable(name), line: file === null ? '' : `${printable(baseName(file))}:${line ?? '?'}` }
}

/** Equal for places that look the same. */
export function placeKey({ name, line }: Place): string {
  return `${name}\0${line}`
}

/** With the whole path. */
export function fullLine({ file, line }: Location): string {
  return file === null ? '' : `${printable(file)}:${line ?? '?'}`
}
