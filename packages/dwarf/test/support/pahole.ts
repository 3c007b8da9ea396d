/** Reads pahole's text: `unsigned int b:11; /* 0: 3 4 *\/` is byte 0, bit 3, of a type of 4 bytes. */

interface PaholeMember {
  readonly path: string
  /** Offset from the start of the outermost struct, in bits. */
  readonly bits: number
  readonly bitSize: number | undefined
  /** Bytes of the type. */
  readonly size: number
}

export interface PaholeStruct {
  readonly size: number
  readonly members: readonly PaholeMember[]
}

const PLACE = /\/\* +(\d+)(?:: *(\d+))? +(\d+) \*\//

export function parsePahole(text: string): Map<string, PaholeStruct> {
  const structs = new Map<string, PaholeStruct>()
  for (const [, name, body] of text.matchAll(/^struct (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const levels: PaholeMember[][] = [[]]
    for (const text of body!.split('\n')) {
      const line = text.replace(/ __attribute__\(\(__\w+__(?:\(\d+\))?\)\)/g, '')
      if (/^\t+(?:const |volatile )*(struct|union|enum)(?: \w+)? +\{$/.test(line)) {
        levels.push([])
        continue
      }
      const place = PLACE.exec(line)
      if (place === null) continue
      const [, byte, bit, size] = place
      const bits = Number(byte) * 8 + Number(bit ?? 0)
      const closing = /^\t+\} *(.*?);/.exec(line)
      if (closing !== null) {
        const inner = levels.pop()!
        const [, stars = '', name = '', bracket = ''] = /^(\**) *(\w*)(\[.*)?$/.exec(closing[1]!) ?? []
        // What a pointer leads to lies elsewhere; of an array, what is shown is the first element.
        const prefix = name === '' ? '' : `${name}${'[0]'.repeat((bracket.match(/\[/g) ?? []).length)}.`
        if (stars === '' && !/^\[0?\]/.test(bracket))
          levels.at(-1)!.push(...inner.map((member) => ({ ...member, path: prefix + member.path })))
        if (name !== '') levels.at(-1)!.push({ path: name, bits, bitSize: undefined, size: Number(size) })
        continue
      }
      const declared = /\(\*(\w+)\)|(\w+)(?:\[[^;]*\])?(?::(\d+))?;/.exec(line)!
      const path = (declared[1] ?? declared[2])!
      const bitSize = declared[3] === undefined ? undefined : Number(declared[3])
      levels.at(-1)!.push({ path, bits, bitSize, size: Number(size) })
    }
    // Structs inside have a size of their own, before the one that counts.
    const size = [...body!.matchAll(/^\t\/\* size: (\d+)/gm)].at(-1)![1]
    structs.set(name!, { size: Number(size), members: levels[0]! })
  }
  return structs
}
