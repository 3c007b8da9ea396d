/**
 * Agrees with gdb (13.1), which stepped through the programs: at every place in the code, where each variable is, or what its
 * value is, or that it is nowhere, computed from the same registers and the same memory.
 */
import type { MemoryReader } from '@gospy/bytes'
import {
  DW_AT,
  DW_TAG,
  type Dwarf,
  type Entry,
  type EvaluationContext,
  EvaluationError,
  evaluate,
  frameBaseAddress,
  locationOf,
  type Piece,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { goldenOf, loadLocationFixture, locationFixtureNames, openLocationFixture } from './support/location-fixture.js'

interface Stop {
  pc: string
  main: string
  function: string
  cfa: string
  registers: Record<string, string>
  start: string
  memory: string
  variables: { name: string; line: number; gone?: true; address?: string; bytes?: string; error?: string }[]
}

const stepped = locationFixtureNames.filter(
  (name) => loadLocationFixture(name).files.get('prog')!.goldens['gdb'] !== undefined,
)

describe('variables of a stepped program, as gdb sees them', () => {
  it.each(stepped)('%s', (name) => {
    const dwarf = openLocationFixture(name)
    const functions = functionsOf(dwarf)
    const main = functions.find((entry) => entry.name === 'main')!
    const counts = { places: 0, addresses: 0, values: 0, gone: 0, entryValues: 0 }
    const differences: string[] = []
    for (const line of goldenOf(name, 'gdb').split('\n')) {
      const stop = JSON.parse(line) as Stop
      const loadBias = BigInt(stop.main) - main.address(DW_AT.low_pc)!
      const pc = BigInt(stop.pc) - loadBias
      const subprogram = functions.find((entry) => covers(entry, pc))
      if (subprogram === undefined) continue
      counts.places++
      for (const variable of stop.variables) {
        const found = variablesOf(subprogram).filter(
          (entry) => entry.declared.name === variable.name && entry.declared.number(DW_AT.decl_line) === variable.line,
        )
        // Blocks of one function may have several of a name on one line; which is meant here, ranges of blocks would tell.
        if (found.length !== 1 || variable.error !== undefined) continue
        const outcome = compare(found[0]!, subprogram, stop, loadBias, variable)
        if (outcome === 'difference') differences.push(`${stop.pc} ${stop.function} ${JSON.stringify(variable)}`)
        else if (outcome !== undefined) counts[outcome]++
      }
    }
    expect(differences).toEqual([])
    expect(counts.places).toBeGreaterThan(70)
    if (!name.includes('cpp')) expect(counts.addresses).toBeGreaterThan(50)
    if (name.includes('unoptimized')) return
    expect(counts.values).toBeGreaterThan(name.includes('cpp') ? 50 : 200)
    expect(counts.gone).toBeGreaterThan(5)
  })
})

/** What the caller would tell, whose frame was not recorded. */
const PASSED: readonly string[] = ['entry value', 'call site parameter']

interface Declared {
  readonly entry: Entry
  /** The entry that has its name and line. */
  readonly declared: Entry
}

function functionsOf(dwarf: Dwarf): Entry[] {
  const found: Entry[] = []
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) if (reader.tag === DW_TAG.subprogram && reader.find(DW_AT.low_pc)) found.push(reader.entry())
  }
  return found
}

function covers(subprogram: Entry, pc: bigint): boolean {
  const low = subprogram.address(DW_AT.low_pc)
  const high = subprogram.address(DW_AT.high_pc) ?? (low ?? 0n) + BigInt(subprogram.integer(DW_AT.high_pc) ?? 0)
  return low !== undefined && pc >= low && pc < high
}

/** Parameters and variables, those of blocks too, but not those of functions inlined there: gdb gives these frames of their own. */
function variablesOf(subprogram: Entry): Declared[] {
  const found: Declared[] = []
  for (const entry of subprogram.children()) {
    if (entry.tag === DW_TAG.lexical_block) found.push(...variablesOf(entry))
    if (entry.tag !== DW_TAG.variable && entry.tag !== DW_TAG.formal_parameter) continue
    found.push({ entry, declared: entry.reference(DW_AT.abstract_origin) ?? entry })
  }
  return found
}

type Outcome = 'addresses' | 'values' | 'gone' | 'entryValues' | 'difference' | undefined

function compare(
  { entry, declared }: Declared,
  subprogram: Entry,
  stop: Stop,
  loadBias: bigint,
  theirs: Stop['variables'][number],
): Outcome {
  const pc = BigInt(stop.pc) - loadBias
  const registers = (number: number) => {
    const value = stop.registers[number]
    return value === undefined ? undefined : BigInt(value)
  }
  const memory = stackOf(stop)
  const context: EvaluationContext = {
    register: registers,
    memory,
    loadBias,
    cfa: () => BigInt(stop.cfa),
    frameBase: () => frameBaseAddress(locationOf(subprogram, DW_AT.frame_base)!.at(pc)!, context),
    pc,
  }
  const expression = locationOf(entry)?.at(pc)
  if (expression === undefined) {
    if (theirs.gone) return 'gone'
    // A variable without a location may have a constant value.
    return [entry, declared].some((of) => of.attribute(DW_AT.const_value) !== undefined) ? undefined : 'difference'
  }
  let pieces: readonly Piece[]
  try {
    pieces = evaluate(expression, context)
  } catch (error) {
    // What the caller passed is not among what was recorded.
    if (error instanceof EvaluationError && PASSED.includes(error.needed)) return 'entryValues'
    // gdb's own memory is larger than what was recorded of the stack.
    if (error instanceof EvaluationError && error.needed === 'memory') return undefined
    throw error
  }
  const [piece] = pieces
  if (pieces.length > 1 || piece!.place.kind === 'implicit pointer') return undefined
  const { place } = piece!
  if (place.kind === 'optimized out') return theirs.gone ? 'gone' : 'difference'
  if (theirs.gone) return 'difference'
  if (place.kind === 'memory')
    return theirs.address !== undefined && BigInt(theirs.address) === place.address ? 'addresses' : 'difference'
  if (theirs.bytes === undefined) return undefined
  const size = theirs.bytes.length / 2
  const bits =
    place.kind === 'register' ? registers(place.register) : place.kind === 'value' ? place.value.bits : undefined
  const ours =
    bits === undefined ? place.kind === 'bytes' && Buffer.from(place.bytes).toString('hex') : littleEndian(bits, size)
  return ours === theirs.bytes ? 'values' : 'difference'
}

function littleEndian(bits: bigint, size: number): string {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index++) bytes[index] = Number((bits >> BigInt(index * 8)) & 0xffn)
  return bytes.toString('hex')
}

/** What gdb read of the stack. */
function stackOf({ start, memory }: Stop): MemoryReader {
  const bytes = Buffer.from(memory, 'hex')
  const read = (address: number, into: Uint8Array) => {
    const at = address - Number(start)
    if (at < 0 || at >= bytes.length) return 0
    return bytes.copy(into, 0, at)
  }
  return {
    read,
    readRanges: (ranges) => {
      for (const range of ranges) range.bytesRead = read(range.address, range.into)
    },
  }
}
