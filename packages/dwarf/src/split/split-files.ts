/**
 * The split units of a program (DWARF 5, sections 3.1.3 and 7.3.2; GNU's for DWARF 4): what a skeleton unit stands for, in a
 * .dwo file of its own or in a package (.dwp) of all of them. Each file is asked for once, when first needed.
 */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_UT } from '../constants/values.js'
import { type SectionLoader, Sections } from '../sections.js'
import type { Unit } from '../unit.js'
import { UnitTable } from '../unit-table.js'
import type { PackageIndex } from './package-index.js'

/** Addresses stay with the program, as the linker has to relocate them; so did ranges before DWARF 5. */
const IN_PROGRAM: ReadonlySet<string> = new Set(['.debug_addr', '.debug_ranges'])
/** Sections whose names have no `.dwo` behind them. */
const SHARED: ReadonlySet<string> = new Set([...IN_PROGRAM, '.debug_cu_index', '.debug_tu_index'])

/**
 * Gives the sections of a .dwo file, or undefined where it cannot be found. Sections are asked for by their names there
 * (`.debug_info.dwo`).
 * @param name of the file as the compiler wrote it, mostly relative to `compilationDirectory`
 * @param id by which the file and its skeleton know each other
 */
export type SplitFileLoader = (
  name: string,
  compilationDirectory: string | undefined,
  id: bigint,
) => SectionLoader | undefined

/** Name and id of the file that a skeleton unit stands for; undefined for a unit that is no skeleton. */
export interface SplitReference {
  readonly name: string | undefined
  readonly id: bigint
}

/** What ties a skeleton to its split unit: in the header since DWARF 5, before that an attribute of the root. */
export function splitId(unit: Unit): bigint | undefined {
  if (unit.version >= 5) return unit.dwoId
  const id = unit.root().integer(DW_AT.GNU_dwo_id)
  return id === undefined ? undefined : BigInt(id)
}

/** Which split unit a skeleton stands for; undefined for a unit that is no skeleton. */
export function splitReference(unit: Unit): SplitReference | undefined {
  if (unit.isSplit) return undefined
  const isSkeleton = unit.version >= 5 ? unit.unitType === DW_UT.skeleton : unit.unitType === DW_UT.compile
  const id = isSkeleton ? splitId(unit) : undefined
  if (id === undefined) return undefined
  const root = unit.root()
  return { name: root.string(DW_AT.dwo_name) ?? root.string(DW_AT.GNU_dwo_name), id }
}

export class SplitFiles {
  readonly #main: UnitTable
  readonly #load: SplitFileLoader | undefined
  readonly #package: UnitTable | undefined
  readonly #files = new Map<Unit, UnitTable | undefined>()
  readonly #units = new Map<Unit, Unit | undefined>()
  #skeletons: Map<bigint, Unit> | undefined

  constructor(main: UnitTable, load: SplitFileLoader | undefined, ofPackage: SectionLoader | undefined) {
    this.#main = main
    this.#load = load
    if (ofPackage !== undefined) this.#package = this.#table(ofPackage, true)
  }

  /** Whether there is anything to load split units from. */
  get isGiven(): boolean {
    return this.#load !== undefined || this.#package !== undefined
  }

  #table(load: SectionLoader, isPackage: boolean): UnitTable {
    const main = this.#main.sections
    const sections = new Sections(
      (name) => (IN_PROGRAM.has(name) ? main.find(name) : load(name)),
      main.littleEndian,
      (name) => (SHARED.has(name) ? name : `${name}.dwo`),
    )
    return new UnitTable(sections, {
      isSplit: true,
      isPackage,
      splitOf: () => undefined,
      skeletonOf: (unit) => this.#skeletonOf(unit),
      importedLanguage: () => undefined,
    })
  }

  /**
   * The split unit that a skeleton stands for; undefined for a unit that is no skeleton, and where there is no such file.
   * @throws FormatError when the file is there and has no unit of the skeleton's id: it is of another build
   */
  splitOf(skeleton: Unit): Unit | undefined {
    if (!this.#units.has(skeleton)) {
      const reference = splitReference(skeleton)
      this.#units.set(skeleton, reference === undefined ? undefined : this.#find(skeleton, reference))
    }
    return this.#units.get(skeleton)
  }

  /** An index of the package; undefined where there is no package, or it has none. */
  packageIndex(section: '.debug_cu_index' | '.debug_tu_index'): PackageIndex | undefined {
    return this.#package?.packageIndex(section)
  }

  #find(skeleton: Unit, { name, id }: SplitReference): Unit | undefined {
    const packaged = this.#package?.unitOfId(id)
    if (packaged !== undefined) return packaged
    const file = this.#fileOf(skeleton, name, id)
    if (file === undefined) return undefined
    const unit = file.units().find((candidate) => candidate.typeSignature === undefined && splitId(candidate) === id)
    if (unit !== undefined) return unit
    throw new FormatError(`'${name}' has no unit of the id 0x${id.toString(16)}: it is of another build`, {
      section: '.debug_info.dwo',
    })
  }

  #fileOf(skeleton: Unit, name: string | undefined, id: bigint): UnitTable | undefined {
    if (name === undefined || this.#load === undefined) return undefined
    if (!this.#files.has(skeleton)) {
      const load = this.#load(name, skeleton.compilationDirectory, id)
      this.#files.set(skeleton, load === undefined ? undefined : this.#table(load, false))
    }
    return this.#files.get(skeleton)
  }

  /** The tables of units that hold the split units of these skeletons, those first. Skeletons without a file are left out. */
  *tables(skeletons: Iterable<Unit>): Generator<UnitTable, void, undefined> {
    const given = new Set<UnitTable>()
    for (const skeleton of skeletons) {
      const unit = this.splitOf(skeleton)
      if (unit === undefined) continue
      const table =
        this.#package?.unitAt(unit.offset, unit.section) === unit ? this.#package : this.#files.get(skeleton)
      if (table === undefined || given.has(table)) continue
      given.add(table)
      yield table
    }
  }

  #skeletonOf(unit: Unit): Unit | undefined {
    if (unit.typeSignature !== undefined) return undefined
    const id = splitId(unit)
    if (id === undefined) return undefined
    if (this.#skeletons === undefined) {
      const skeletons = new Map<bigint, Unit>()
      for (const skeleton of this.#main.units()) {
        const reference = splitReference(skeleton)
        if (reference !== undefined) skeletons.set(reference.id, skeleton)
      }
      this.#skeletons = skeletons
    }
    return this.#skeletons.get(id)
  }
}
