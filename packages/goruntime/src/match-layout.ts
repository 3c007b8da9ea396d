/**
 * Which layout a process's memory agrees with: for each struct those of the tables are tried, the likeliest first, and where
 * none agrees in all that can be tested, the nearest is shifted until it does.
 */
import { nearestMinors, type TableLayout, tableLayout } from './layout-from-table.js'
import { type FieldTest, G_TESTS, type KnownOffsets, type LayoutEvidence, M_TESTS, P_TESTS } from './layout-tests.js'
import { STRUCTS } from './runtime-contract.js'
import type { FieldLayout, RuntimeStructs, StructLayout } from './runtime-layout.js'

export type StructName = keyof RuntimeStructs
type Tests = Readonly<Record<string, FieldTest<string> | undefined>>
type Fields = Readonly<Record<string, FieldLayout>>

const TESTS = { g: G_TESTS, m: M_TESTS, p: P_TESTS } as unknown as Readonly<Record<StructName, Tests>>

/** The layout of a struct that the process's memory does not contradict. */
export interface MatchedStruct {
  /** The Go minor version whose table it is, or was made from. */
  readonly minor: number
  readonly layout: StructLayout<string>
  /** Fields that lie elsewhere than that table says. */
  readonly moved: readonly string[]
  /** Fields that were tested and hold, and those of which the memory tells nothing. */
  readonly confirmed: readonly string[]
  readonly open: readonly string[]
  /** Fields that the table has and that were not found again. */
  readonly lost: readonly string[]
}

export type MatchedLayout = { readonly [S in StructName]: MatchedStruct }

/** Without these confirmed there is no list of goroutines that could be trusted. */
const ESSENTIAL = ['stackLo', 'schedG', 'atomicstatus', 'goid', 'schedPc', 'gopc', 'startpc']
/**
 * What is read there cannot be told from other memory, and would be believed: from another version's table, or carried along with
 * others, such a field is rather not known.
 */
const NEVER_GUESSED: Readonly<Record<StructName, readonly string[]>> = {
  g: ['trackingSeq'],
  m: ['vdsoSP', 'vdsoPC'],
  p: [],
}
/** Of fewer goroutines an id is hardly told from another number. */
const FEW = 3

/**
 * The layout of a process, by its Go version's table or, where there is none or it does not agree, by those of other versions.
 * @param minor the program's Go minor version, if it is known
 * @param without minor versions whose tables are not used: for tests
 * @returns undefined where nothing agrees: then nothing of the process can be told
 */
export function matchLayout(
  arch: string,
  minor: number | undefined,
  evidence: LayoutEvidence,
  without: readonly number[] = [],
): MatchedLayout | undefined {
  const tables = nearestMinors(minor)
    .filter((version) => !without.includes(version))
    .flatMap((version) => tableLayout(arch, version) ?? [])
  const match = (name: StructName) => matchStruct(name, tables, minor, evidence)
  const g = match('g')
  if (g === undefined) return undefined
  // The rest is not known then, and what depends on it is not told.
  const none: MatchedStruct = {
    minor: g.minor,
    layout: { size: 0, fields: {} },
    moved: [],
    confirmed: [],
    open: [],
    lost: [],
  }
  const lost = (name: StructName): MatchedStruct => ({ ...none, lost: Object.keys(STRUCTS[name].fields) })
  return { g, m: match('m') ?? lost('m'), p: match('p') ?? lost('p') }
}

function matchStruct(
  name: StructName,
  tables: readonly TableLayout[],
  minor: number | undefined,
  evidence: LayoutEvidence,
): MatchedStruct | undefined {
  let best: MatchedStruct | undefined
  for (const table of tables) {
    const match = asItIs(name, table, evidence)
    if (match === undefined) continue
    // Its own version's table needs no comparison; among others the one of which the most is seen to hold.
    if (table.minor === minor) return match
    if (best === undefined || match.confirmed.length > best.confirmed.length) best = match
  }
  if (best !== undefined) return withoutGuesses(name, best)
  for (const table of tables) {
    const match = shifted(name, table, evidence)
    if (hasEssentials(name, match, evidence)) return withoutGuesses(name, match)
  }
  return undefined
}

function withoutGuesses(name: StructName, match: MatchedStruct): MatchedStruct {
  const guesses = NEVER_GUESSED[name].filter((field) => match.open.includes(field))
  const isKept = (field: string) => !guesses.includes(field)
  const fields = Object.fromEntries(Object.entries(match.layout.fields).filter(([field]) => isKept(field)))
  return {
    ...match,
    layout: { size: match.layout.size, fields },
    moved: match.moved.filter(isKept),
    open: match.open.filter(isKept),
    lost: [...match.lost, ...guesses],
  }
}

function hasEssentials(name: StructName, { confirmed }: MatchedStruct, { goroutines }: LayoutEvidence): boolean {
  if (name !== 'g') return true
  return ESSENTIAL.every((field) => confirmed.includes(field) || (field === 'goid' && goroutines.length < FEW))
}

/** By the table as it is, unless the memory contradicts it. */
function asItIs(
  name: StructName,
  { minor, structs }: TableLayout,
  evidence: LayoutEvidence,
): MatchedStruct | undefined {
  const layout: StructLayout<string> = structs[name]
  const fields = layout.fields as Fields
  const known = offsetsOf(fields)
  const confirmed: string[] = []
  const open: string[] = []
  for (const [field, { offset, size }] of Object.entries(fields)) {
    const verdict = TESTS[name][field]?.(evidence, offset, known, size) ?? 'open'
    if (verdict === 'refuted') return undefined
    ;(verdict === 'confirmed' ? confirmed : open).push(field)
  }
  const match = { minor, layout, moved: [], confirmed, open, lost: [] }
  return hasEssentials(name, match, evidence) ? match : undefined
}

function offsetsOf(fields: Fields): KnownOffsets<string> {
  return Object.fromEntries(Object.entries(fields).map(([name, { offset }]) => [name, offset]))
}

/** How far a field may have moved from one version to another, in bytes. */
const FARTHEST = 256

/**
 * By the table, with its fields moved to where the memory confirms them.
 *
 * Fields keep their order from version to version; what comes between is added or removed. From the front, each field that can
 * be tested is looked for where the one before it moved to, and then ever farther from there. One that cannot be tested, or
 * whose memory tells nothing, lies as far from where it was as its neighbours on either side, if they agree; else it is lost.
 */
function shifted(name: StructName, { minor, structs }: TableLayout, evidence: LayoutEvidence): MatchedStruct {
  const { size, fields }: StructLayout<string> = structs[name]
  const inOrder = Object.entries(fields as Fields).sort(([, a], [, b]) => a.offset - b.offset)
  const shifts = new Map<string, number>()
  const known: { [field: string]: number } = {}
  let shift = 0
  let end = 0
  for (const [field, place] of inOrder) {
    const test = TESTS[name][field]
    const found = test && nearestConfirmed(test, evidence, place, shift, end, known)
    if (found === undefined) continue
    shift = found - place.offset
    end = found + place.size
    shifts.set(field, shift)
    known[field] = found
  }
  const layout: Record<string, FieldLayout> = {}
  const moved: string[] = []
  const confirmed: string[] = []
  const open: string[] = []
  const lost: string[] = []
  for (const [index, [field, place]] of inOrder.entries()) {
    const own = shifts.get(field)
    const before = inOrder.slice(0, index).findLast(([other]) => shifts.has(other))?.[0]
    const after = inOrder.slice(index + 1).find(([other]) => shifts.has(other))?.[0]
    const around = new Set([before, after].flatMap((other) => (other === undefined ? [] : shifts.get(other)!)))
    const by = own ?? (around.size === 1 ? [...around][0]! : undefined)
    const at = by === undefined ? 0 : place.offset + by
    const isRefuted = own === undefined && TESTS[name][field]?.(evidence, at, known, place.size) === 'refuted'
    if (by === undefined || isRefuted) {
      lost.push(field)
      continue
    }
    layout[field] = { offset: at, size: place.size }
    if (by !== 0) moved.push(field)
    ;(own === undefined ? open : confirmed).push(field)
  }
  return { minor, layout: { size: size + shift, fields: layout }, moved, confirmed, open, lost }
}

function nearestConfirmed(
  test: FieldTest<string>,
  evidence: LayoutEvidence,
  { offset, size }: FieldLayout,
  shift: number,
  from: number,
  known: KnownOffsets<string>,
): number | undefined {
  for (const distance of distances(size)) {
    const at = offset + shift + distance
    if (at < from) continue
    const verdict = test(evidence, at, known, size)
    if (verdict === 'confirmed') return at
    // What may be right where it is expected is not given up for what is right elsewhere.
    if (verdict === 'open' && distance === 0) return undefined
  }
  return undefined
}

/** How far a field may have moved, the likeliest first: by whole words, a small one then also within them. */
function distances(size: number): number[] {
  const words = Array.from({ length: FARTHEST / 8 }, (_, index) => 8 * (index + 1))
  const within = Array.from({ length: 32 / size }, (_, index) => size * (index + 1)).filter(
    (distance) => distance % 8 !== 0,
  )
  return [0, ...[...words, ...(size < 8 ? within : [])].flatMap((distance) => [distance, -distance])]
}
