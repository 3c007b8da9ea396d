/** A fixture that notes which sections are asked for. */
import { Dwarf } from '@gospy/dwarf'
import { loadFixture, sectionsOf } from './fixture.js'

export function withLoadLog(name: string): { dwarf: Dwarf; log: string[] } {
  const sections = sectionsOf(loadFixture(name))
  const log: string[] = []
  const dwarf = Dwarf.from((section) => {
    log.push(section)
    return sections.get(section)
  })
  return { dwarf, log }
}
