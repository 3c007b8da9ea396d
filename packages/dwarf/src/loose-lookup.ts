/**
 * Types by names that the compiler spells otherwise: what `UnitIndex`, which compares bytes, does not find. One walk over all units'
 * namespaces and types, made when such a name is looked for.
 */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from './constants/attribute-name.js'
import { DW_TAG } from './constants/tag.js'
import type { Entry } from './entry.js'
import { splitName } from './qualified-name.js'
import { languageFamily } from './types/language.js'
import { isSpelling, withoutArguments } from './types/spelling.js'
import { isTypeTag } from './types/type-table.js'
import type { Unit } from './unit.js'

/** A scope that names stand in. */
interface Scope {
  readonly depth: number
  /** undefined for the global one. */
  readonly parent: Scope | undefined
  /** Empty for an unnamed namespace. */
  readonly name: string
  /** What it holds is known in the scope around it too: inline and unnamed namespaces. */
  readonly isTransparent: boolean
}

interface Candidate {
  readonly unit: Unit
  readonly offset: number
  readonly name: string
  readonly scope: Scope
}

const GLOBAL: Scope = { depth: 0, parent: undefined, name: '', isTransparent: false }

export class LooseLookup {
  readonly #units: readonly Unit[]
  #candidates: Map<string, Candidate[]> | undefined

  constructor(units: readonly Unit[]) {
    this.#units = units
  }

  /** The entries of types whose qualified name the wanted one can be short for, in the order of the file. */
  *find(wanted: string): Generator<Entry, void, undefined> {
    const parts = splitName(wanted)
    const last = parts.at(-1)!
    this.#candidates ??= this.#index()
    for (const { unit, offset, name, scope } of this.#candidates.get(withoutArguments(last)) ?? []) {
      if (!isSpelling(last, name) || !isIn(scope, parts.slice(0, -1))) continue
      const entry = unit.entry(offset)
      // `using ns::Foo`: what the declaration imports.
      const imported = entry.tag === DW_TAG.imported_declaration ? entry.reference(DW_AT.import) : entry
      if (imported !== undefined && isTypeTag(imported.tag)) yield imported
    }
  }

  #index(): Map<string, Candidate[]> {
    const candidates = new Map<string, Candidate[]>()
    for (const unit of this.#units) {
      try {
        walk(unit, candidates)
      } catch (error) {
        // A malformed unit has been reported by the lookup before this one.
        if (!(error instanceof FormatError)) throw error
      }
    }
    return candidates
  }
}

function walk(unit: Unit, candidates: Map<string, Candidate[]>): void {
  const family = languageFamily(unit)
  if (family !== 'c++' && family !== 'rust') return
  const reader = unit.reader()
  if (!reader.next()) return
  const scopes: Scope[] = [GLOBAL]
  while (reader.next()) {
    while (scopes.length > 1 && reader.depth <= scopes[scopes.length - 1]!.depth) scopes.pop()
    const { tag, depth } = reader
    const isNamespace = tag === DW_TAG.namespace || tag === DW_TAG.module
    const isType = isTypeTag(tag)
    const scope = scopes[scopes.length - 1]!
    let name: string | undefined
    if (isType || isNamespace || tag === DW_TAG.imported_declaration) {
      const entry = reader.entry()
      name = entry.name ?? (tag === DW_TAG.imported_declaration ? entry.reference(DW_AT.import)?.name : undefined)
      if (name !== undefined && !isNamespace) add(candidates, { unit, offset: entry.offset, name, scope })
    }
    if (reader.hasChildren && isNamespace) {
      const isTransparent = name === undefined || reader.entry().flag(DW_AT.export_symbols)
      scopes.push({ depth, parent: scope, name: name ?? '', isTransparent })
    } else if (reader.hasChildren && isType && name !== undefined) {
      scopes.push({ depth, parent: scope, name, isTransparent: false })
    } else {
      reader.skipChildren()
    }
  }
}

function add(candidates: Map<string, Candidate[]>, candidate: Candidate): void {
  const key = withoutArguments(candidate.name)
  const same = candidates.get(key)
  if (same === undefined) candidates.set(key, [candidate])
  else same.push(candidate)
}

/** Whether a scope is the one that the names lead to, with transparent ones left out or not. */
function isIn(innermost: Scope, names: readonly string[]): boolean {
  let scope = innermost
  let left = names.length
  while (scope.parent !== undefined) {
    if (left > 0 && isSpelling(names[left - 1]!, scope.name)) left--
    else if (!scope.isTransparent) return false
    scope = scope.parent
  }
  return left === 0
}
