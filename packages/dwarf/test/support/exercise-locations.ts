/** Calls everything about locations, split files and name indexes on one program; only a FormatError or an EvaluationError may come of it. */
import { FormatError, type MemoryReader } from '@gospy/bytes'
import {
  DW_AT,
  type Dwarf,
  describeExpression,
  type EvaluationContext,
  EvaluationError,
  Expression,
  evaluate,
  locationOf,
  NameNotFoundError,
  type Unit,
} from '@gospy/dwarf'

/** All memory is zeros, all registers are 1. */
const zeros: MemoryReader = {
  read: (_, into) => into.fill(0).length,
  readRanges: (ranges) => {
    for (const range of ranges) range.bytesRead = range.into.fill(0).length
  },
}
const context: EvaluationContext = {
  memory: zeros,
  register: () => 1n,
  frameBase: () => 0x1000n,
  cfa: () => 0x1000n,
  threadLocal: (offset) => offset,
  objectAddress: 0n,
  entryValue: () => 1n,
  callSiteParameter: () => 1n,
  variableValue: () => 1n,
  addressSpace: () => zeros,
  pc: 0x1200n,
}

const LISTS = [DW_AT.location, DW_AT.frame_base]

/** How many of the calls gave something, and how many an error of each kind. */
export interface LocationOutcome {
  values: number
  malformed: number
  unanswered: number
}

export function exerciseLocations(dwarf: Dwarf): LocationOutcome {
  const outcome: LocationOutcome = { values: 0, malformed: 0, unanswered: 0 }
  const attempt = <Value>(run: () => Value): Value | undefined => {
    try {
      const value = run()
      outcome.values++
      return value
    } catch (error) {
      if (error instanceof FormatError) outcome.malformed++
      else if (error instanceof EvaluationError) outcome.unanswered++
      else if (!(error instanceof NameNotFoundError)) throw error
      return undefined
    }
  }
  const main = attempt(() => dwarf.units()) ?? []
  for (const unit of main) exerciseUnit(unit, attempt)
  attempt(() => {
    for (const unit of dwarf.splitUnits()) exerciseUnit(unit, attempt)
  })
  for (const unit of main) {
    attempt(() => unit.split())
    attempt(() => [...unit.imports()].length)
  }
  for (const kind of ['compilation units', 'type units'] as const) {
    attempt(() => {
      const index = dwarf.packageIndex(kind)
      for (const { id, row } of index?.units() ?? []) attempt(() => [index!.find(id), index!.contributions(row)])
    })
  }
  attempt(() => dwarf.supplementaryLink)
  // GNU's tables for DWARF 4 have no headers.
  if (main.every((unit) => unit.version === 5))
    attempt(() => dwarf.addressTables().map((table) => [...table.addresses()].length))
  attempt(() =>
    dwarf
      .stringOffsetsTables()
      .map((table) => [...table.offsets()].map((_, index) => attempt(() => table.string(index)))),
  )
  exerciseIndexes(dwarf, attempt)
  for (const name of ['outer::Both', 'outer::Both::instances', 'per_thread', 'tree', 'nosuch']) {
    attempt(() => dwarf.findType(name)?.size)
    attempt(() => dwarf.findVariable(name)?.address)
  }
  return outcome
}

type Attempt = <Value>(run: () => Value) => Value | undefined

function exerciseUnit(unit: Unit, attempt: Attempt): void {
  attempt(() => {
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      for (const attribute of attempt(() => entry.attributes()) ?? []) {
        attempt(() => attribute.value)
        if (attribute.class === 'supplementary') attempt(() => entry.reference(attribute.name))
        // Bytes of a constant are no expression.
        if (attribute.name === DW_AT.const_value) continue
        const expression = attempt(() => Expression.of(attribute))
        // The address of the struct is there when the place of a member is computed.
        const stack = attribute.name === DW_AT.data_member_location ? [0x1000n] : []
        if (expression !== undefined) exerciseExpression(expression, attempt, stack)
      }
      for (const name of LISTS) {
        const location = attempt(() => locationOf(entry, name))
        if (location?.list === undefined) continue
        attempt(() => location.at(0x1200n))
        attempt(() => [...location.list!.entries()].length)
        attempt(() => {
          for (const { expression } of location.list!.ranges()) exerciseExpression(expression, attempt)
        })
      }
    }
  })
}

function exerciseExpression(expression: Expression, attempt: Attempt, stack: readonly bigint[] = []): void {
  attempt(() => describeExpression(expression))
  attempt(() => describeExpression(expression, { style: 'readelf' }))
  attempt(() => evaluate(expression, context, stack))
}

function exerciseIndexes(dwarf: Dwarf, attempt: Attempt): void {
  attempt(() => {
    for (const index of dwarf.nameIndexes.debugNames) {
      attempt(() => index.find('Both'))
      for (let unit = 0; unit < Math.min(index.unitCount, 20); unit++) attempt(() => index.unitOffset(unit))
      for (let number = 1; number <= Math.min(index.nameCount, 100); number++) {
        attempt(() => index.name(number))
        attempt(() => [...index.entries(number)].length)
      }
    }
  })
  attempt(() => {
    const index = dwarf.nameIndexes.gdbIndex
    if (index === undefined) return
    attempt(() => index.find('outer::Both'))
    for (let slot = 0; slot < Math.min(index.slotCount, 2000); slot++) {
      const symbol = attempt(() => index.slot(slot))
      if (symbol !== undefined) attempt(() => [...index.symbols(symbol.vectorOffset)].length)
    }
    for (let unit = 0; unit < index.unitCount; unit++) attempt(() => index.unit(unit))
    for (let unit = 0; unit < index.typeUnitCount; unit++) attempt(() => index.typeUnit(unit))
    for (let range = 0; range < index.addressCount; range++) attempt(() => index.addressRange(range))
  })
  for (const section of ['.debug_pubnames', '.debug_pubtypes', '.debug_gnu_pubnames', '.debug_gnu_pubtypes'] as const) {
    attempt(() => {
      for (const list of dwarf.nameIndexes.publicNames(section)) attempt(() => [...list.names()].length)
    })
  }
}
