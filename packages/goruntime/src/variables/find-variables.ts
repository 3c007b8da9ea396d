/**
 * The runtime's variables in a process whose program has no debug data: by its symbols where there are any, else by the code
 * that refers to them and by what lies in memory, which must agree.
 */
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import { readWord } from '../go-string.js'
import type { RuntimeVariable } from '../runtime-contract.js'
import type { RuntimeStructs, VariableLayout } from '../runtime-layout.js'
import type { CodeFacts, VariablesInCode } from './variables-in-code.js'
import { type AddressSpan, slicesInMemory, waitReasonsInMemory } from './variables-in-memory.js'

/** How a variable of the runtime was found, or why it was not. */
export interface VariableFinding {
  /** With its package: `runtime.allgs`. */
  readonly name: string
  /** Link-time address; undefined where it was not found. */
  readonly address: number | undefined
  /** Ways in which it was found, the most trusted first: `symbol`, `code of allgadd, forEachG`, `search of the data`. */
  readonly foundBy: readonly string[]
  /** What people should know of it: that the ways contradict each other, and which is trusted why. */
  readonly note?: string
}

export interface VariableSource {
  readonly memory: MemoryReader
  /** What is added to link-time addresses. */
  readonly bias: number
  /** Of the program's data in the process. */
  readonly spans: readonly AddressSpan[]
  /** Link-time address of a symbol. */
  readonly symbol: (name: string) => number | undefined
  /** What the program's code says, by what is known of its Go version. */
  readonly code: VariablesInCode
  readonly facts: CodeFacts
  readonly structs: RuntimeStructs
  /** Whether that is known of its very version, rather than of another one. */
  readonly isExact: boolean
}

export interface FoundVariables {
  readonly variables: { readonly [V in RuntimeVariable]?: VariableLayout }
  readonly findings: readonly VariableFinding[]
}

/** Bytes of a struct in which its own address is looked for. */
const SELF_SPAN = 512
const SLICE = 24
const STRING = 16

/** Variables that only symbols and code tell, and nothing in memory confirms: of large structs, where in them code refers to. */
const STRUCTURES: readonly RuntimeVariable[] = ['sched', 'semtable', 'memstats', 'gcController']
const FLAGS: readonly RuntimeVariable[] = ['fingRunning', 'fingStatus']

/** The list of goroutines alone, which takes no knowledge of the Go version. */
export function findAllgs(source: VariableSource): FoundVariables {
  const { memory, spans } = source
  const finder = new Finder(source)
  finder.find('allgs', () => {
    const found = slicesInMemory(memory, spans, selfReferring(memory))
    // A slice of some of them may lie about as well: the whole list is the longest.
    const longest = Math.max(...found.map(({ length }) => length))
    return found.filter(({ length }) => length === longest).map(({ address }) => address)
  })
  return finder.result()
}

/** All but the list of goroutines. @param allgs its link-time address */
export function findVariables(source: VariableSource, allgs: number): FoundVariables {
  const { memory, spans, facts, structs, bias, isExact } = source
  const finder = new Finder(source)
  finder.find('allp', () => {
    const { id, status } = structs.p.fields
    if (id === undefined || status === undefined || facts.sizeOf('allp') !== SLICE) return undefined
    const found = slicesInMemory(memory, spans, (address, index) => {
      const bytes = new Uint8Array(P_SPAN)
      if (memory.read(address, bytes) !== bytes.length) return false
      const view = new DataView(bytes.buffer)
      return view.getUint32(id.offset, true) === index && view.getUint32(status.offset, true) <= 4
    })
    const told = finder.inProcess('allp')
    // One P is hardly told from another struct that begins with a zero.
    return found.filter(({ address, length }) => length > 1 || address === told).map(({ address }) => address)
  })
  finder.find('allglen', () => {
    const told = finder.inProcess('allglen')
    if (told === undefined) return undefined
    // It counts what is in the slice, but for one that is just being appended.
    const [length, counted] = [pointer(memory, allgs + bias + 8), pointer(memory, told)]
    return counted >= 1 && Math.abs(length - counted) <= Math.max(16, length / 8) ? [told] : []
  })
  finder.find('allm', () => {
    const told = finder.inProcess('allm')
    const [g0, m] = [structs.m.fields.g0, structs.g.fields.m]
    if (told === undefined || g0 === undefined || m === undefined) return undefined
    const first = pointer(memory, told)
    return pointer(memory, pointer(memory, first + g0.offset) + m.offset) === first ? [told] : []
  })
  const reasons = facts.sizeOf('waitReasonStrings') === undefined ? undefined : waitReasonsInMemory(memory, spans)
  finder.find('waitReasonStrings', () => reasons && [reasons.address])
  for (const name of FLAGS) finder.find(name, () => undefined)
  // What is known of another version's says nothing of this one's.
  if (isExact) for (const name of STRUCTURES) finder.find(name, () => undefined)
  // Another version may have more of them, or fewer.
  return finder.result(isExact || reasons === undefined ? {} : { waitReasonStrings: reasons.count * STRING })
}

/** Bytes of a runtime.p that are looked at. */
const P_SPAN = 128

class Finder {
  readonly #source: VariableSource
  readonly #findings: VariableFinding[] = []
  readonly #addresses = new Map<RuntimeVariable, number>()

  constructor(source: VariableSource) {
    this.#source = source
  }

  /** Where symbols or code say that the variable lies, in the process. */
  inProcess(variable: RuntimeVariable): number | undefined {
    const { bias, code } = this.#source
    const address = this.#symbol(variable) ?? code.found[variable]?.address
    return address === undefined ? undefined : address + bias
  }

  /**
   * @param search what memory says: the places where the variable may lie, none if it cannot lie anywhere; undefined if memory
   * does not tell
   * @returns its address in the process
   */
  find(variable: RuntimeVariable, search: () => readonly number[] | undefined): number | undefined {
    const { bias, code } = this.#source
    const symbol = this.#symbol(variable)
    const told = symbol ?? code.found[variable]?.address
    const foundBy: string[] = []
    if (symbol !== undefined) foundBy.push('symbol')
    else if (told !== undefined) foundBy.push(`code of ${code.found[variable]!.functions.join(', ')}`)
    const places = search()?.map((address) => address - bias)
    let address = told
    let note: string | undefined
    if (places !== undefined) {
      if (told !== undefined && places.includes(told)) foundBy.push('search of the data')
      else if (places.length === 1) {
        if (told !== undefined)
          note = `${foundBy[0]} says 0x${told.toString(16)}, where it does not lie: what is there is something else`
        address = places[0]
        foundBy.splice(0, foundBy.length, 'search of the data')
      } else if (places.length > 1) {
        note = `it may lie at ${places.map((place) => `0x${place.toString(16)}`).join(' or ')}`
        address = undefined
      } else if (told !== undefined) {
        note = `${foundBy[0]} says 0x${told.toString(16)}, but what lies there is not it`
        address = undefined
      }
    }
    this.#add(variable, address, foundBy, note ?? this.#contradiction(variable))
    return address === undefined ? undefined : address + bias
  }

  /** @param sizes where they are not those of the version that is known */
  result(sizes: { readonly [V in RuntimeVariable]?: number } = {}): FoundVariables {
    const { facts } = this.#source
    const variables: { [V in RuntimeVariable]?: VariableLayout } = {}
    for (const [variable, address] of this.#addresses) {
      variables[variable] = { address, size: sizes[variable] ?? facts.sizeOf(variable) ?? 0 }
    }
    return { variables, findings: this.#findings }
  }

  #symbol(variable: RuntimeVariable): number | undefined {
    return this.#source.symbol(`runtime.${variable}`)
  }

  #contradiction(variable: RuntimeVariable): string | undefined {
    return this.#source.code.contradictions.find((text) => text.startsWith(`runtime.${variable} `))
  }

  #add(variable: RuntimeVariable, address: number | undefined, foundBy: string[], note: string | undefined): void {
    const { facts } = this.#source
    // Some versions have no such variable.
    if (address === undefined && note === undefined && facts.sizeOf(variable) === undefined) return
    if (address !== undefined) this.#addresses.set(variable, address)
    const found = address === undefined ? [] : foundBy
    this.#findings.push({ name: `runtime.${variable}`, address, foundBy: found, ...(note !== undefined && { note }) })
  }
}

/** Whether structs have their own address at the same place: `g.sched.g`, whatever the version, and hardly anything else. */
function selfReferring(memory: MemoryReader): (address: number, index: number) => boolean {
  let places: number[] = []
  const bytes = new Uint8Array(SELF_SPAN)
  const view = new DataView(bytes.buffer)
  return (address, index) => {
    const count = memory.read(address, bytes)
    const holds = (at: number) =>
      at + 8 <= count && view.getUint32(at, true) === address % TWO_32 && readWord(view, at) === address
    // Of the first all places are looked at, of the others those that are left.
    if (index > 0) places = places.filter(holds)
    else {
      places = []
      for (let at = 0; at < SELF_SPAN; at += 8) if (holds(at)) places.push(at)
    }
    return places.length > 0
  }
}

const TWO_32 = 2 ** 32

/** The pointer at an address; NaN where it cannot be read. */
function pointer(memory: MemoryReader, address: number): number {
  const bytes = new Uint8Array(8)
  try {
    return memory.read(address, bytes) === 8 ? readWord(new DataView(bytes.buffer), 0) : Number.NaN
  } catch (error) {
    if (error instanceof UnreadableMemoryError) return Number.NaN
    throw error
  }
}
