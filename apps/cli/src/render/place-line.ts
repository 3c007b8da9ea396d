/** A place on one line with other text. */
import { cutEnd, cutMiddle, displayWidth } from './cut.js'
import type { Place } from './place.js'

/** The function's name is cut down to this, in columns, before anything else is. */
const LEAST_NAME = 20

/** `created by main.start in goroutine 1  main.go:49`, the function's name cut where the terminal is too narrow. */
export function placeLine(before: string, place: Place, behind: string, width: number | undefined): string {
  const rest = `${behind}${place.line === '' ? '' : `  ${place.line}`}`
  if (width === undefined) return before + place.name + rest
  const room = Math.max(LEAST_NAME, width - displayWidth(before) - displayWidth(rest))
  return cutEnd(before + cutMiddle(place.name, room) + rest, width)
}
