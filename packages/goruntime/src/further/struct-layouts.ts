/** The layout of one further struct, by debug data or by the table of a Go version. */
import { type Dwarf, NameNotFoundError, StructType } from '@gospy/dwarf'
import { tableStruct } from '../layout-from-table.js'
import { isInVersion } from '../runtime-contract.js'
import type { FieldLayout } from '../runtime-layout.js'
import { type FurtherStruct, structContract } from './contract.js'
import { type StructContract, waysTo } from './struct-contract.js'

export interface AnyStructLayout {
  /** Bytes; 0 where the struct is not known. */
  readonly size: number
  readonly fields: Readonly<Record<string, FieldLayout>>
}

const POINTER = 8

/** Where nothing is known: every field is absent. */
export const NO_LAYOUT: AnyStructLayout = { size: 0, fields: {} }

/** @throws FormatError when the debug data are malformed */
export function structFromDwarf(dwarf: Dwarf, key: FurtherStruct): AnyStructLayout {
  const contract = structContract(key)
  const type = findStruct(dwarf, contract)
  if (type === undefined) return NO_LAYOUT
  const fields: Record<string, FieldLayout> = {}
  for (const [field, ways] of Object.entries(contract.fields)) {
    for (const { path } of waysTo(ways)) {
      const place = findField(type, path)
      if (place !== undefined) {
        fields[field] = place
        break
      }
    }
  }
  return { size: type.size ?? 0, fields }
}

export function structFromTable(arch: string, minor: number, key: FurtherStruct): AnyStructLayout {
  return tableStruct(arch, minor, key, structContract(key).fields)
}

/** What Go 1.`minor` has by the contract and the layout has not: `runtime.schedt.runqsize`, or the struct's own name. */
export function missingFrom(key: FurtherStruct, { size, fields }: AnyStructLayout, minor: number): string[] {
  const contract = structContract(key)
  if (!isInVersion(contract, minor)) return []
  if (size === 0) return isInEveryProgram(contract) ? [contract.name] : []
  return Object.entries(contract.fields).flatMap(([field, ways]) => {
    const way = waysTo(ways).find((one) => isInVersion(one, minor))
    return way === undefined || field in fields ? [] : [`${contract.name}.${way.path}`]
  })
}

/** Package runtime is; of others a program has what it uses. */
function isInEveryProgram({ name }: { readonly name: string }): boolean {
  return name.startsWith('runtime.')
}

function findStruct(dwarf: Dwarf, { name, variable }: StructContract): StructType | undefined {
  const type = variable === undefined ? dwarf.findType(name) : dwarf.findVariable(variable)?.type
  const struct = type?.resolve()
  return struct instanceof StructType ? struct : undefined
}

function findField(type: StructType, path: string): FieldLayout | undefined {
  try {
    const { offset, size } = type.field(path)
    // Until Go 1.9 func types have no size in debug data; a func value is a pointer.
    return offset === undefined || size === undefined ? undefined : { offset, size: size === 0 ? POINTER : size }
  } catch (error) {
    if (error instanceof NameNotFoundError) return undefined
    throw error
  }
}
