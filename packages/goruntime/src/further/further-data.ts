/** Layouts of further structs, and further variables, of one process: each is looked for when it is first asked for. */
import type { StructLayout, VariableLayout } from '../runtime-layout.js'
import type { FurtherField, FurtherStruct, FurtherVariable } from './contract.js'
import type { FurtherSource } from './further-source.js'
import { type AnyStructLayout, missingFrom } from './struct-layouts.js'

export class FurtherData {
  readonly #source: FurtherSource
  readonly #minor: number | undefined
  readonly #structs = new Map<FurtherStruct, AnyStructLayout>()
  readonly #variables = new Map<FurtherVariable, VariableLayout | undefined>()

  /** @param minor the program's Go minor version, if it is known */
  constructor(source: FurtherSource, minor: number | undefined) {
    this.#source = source
    this.#minor = minor
  }

  /** The program's Go minor version, if it is known. */
  get minor(): number | undefined {
    return this.#minor
  }

  /** Why nothing is known of them; undefined where something is. */
  get unknownBecause(): string | undefined {
    return this.#source.unknownBecause
  }

  /** The layout of a struct; where it is not known, one of size 0 without fields. */
  struct<S extends FurtherStruct>(key: S): StructLayout<FurtherField<S>> {
    let layout = this.#structs.get(key)
    if (layout === undefined) {
      layout = this.#source.struct(key)
      this.#structs.set(key, layout)
    }
    return layout as StructLayout<FurtherField<S>>
  }

  /** Where a variable lies, by its link-time address; undefined where that is not known. */
  variable(key: FurtherVariable): VariableLayout | undefined {
    if (!this.#variables.has(key)) this.#variables.set(key, this.#source.variable(key))
    return this.#variables.get(key)
  }

  /** Of the structs that were asked for, what their Go version has and the layouts lack: `runtime.schedt.runqsize`. */
  get missing(): string[] {
    const minor = this.#minor
    if (minor === undefined || this.unknownBecause !== undefined) return []
    return [...this.#structs].flatMap(([key, layout]) => missingFrom(key, layout, minor))
  }
}
