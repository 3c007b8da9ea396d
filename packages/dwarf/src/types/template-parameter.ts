/** Parameters of templates and generic types (DWARF 5, section 2.23; GNU's packs and template template parameters). */

import type { AttributeValue } from '../attribute-value.js'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_ATE } from '../constants/values.js'
import type { Entry } from '../entry.js'
import type { Type } from './type.js'
import type { TypeTable } from './type-table.js'

/** An argument that a template was instantiated with. */
export interface TemplateParameter {
  /** What it stands for: a type, a value, a template, or any number of parameters. */
  readonly kind: 'type' | 'value' | 'template' | 'pack'
  /** The parameter's name in the template; undefined where it has none. */
  readonly name: string | undefined
  /** The type that was given, or that of the value; undefined for void, and for templates and packs. */
  readonly type: Type | undefined
  /** The value that was given; undefined where the compiler does not say, as for addresses. */
  readonly value: AttributeValue | undefined
  /** The name of the template that was given. */
  readonly template: string | undefined
  /** What a pack was given; empty for the others. */
  readonly pack: readonly TemplateParameter[]
}

/**
 * The template arguments of a class or function, in order; empty where it is no template.
 * @throws FormatError when they are malformed
 */
export function templateParametersOf(entry: Entry, table: TypeTable): readonly TemplateParameter[] {
  const parameters: TemplateParameter[] = []
  for (const child of entry.children()) {
    const parameter = parameterOf(child, table)
    if (parameter !== undefined) parameters.push(parameter)
  }
  return parameters
}

function parameterOf(entry: Entry, table: TypeTable): TemplateParameter | undefined {
  const { tag } = entry
  const kind =
    tag === DW_TAG.template_type_parameter
      ? 'type'
      : tag === DW_TAG.template_value_parameter
        ? 'value'
        : tag === DW_TAG.GNU_template_template_param
          ? 'template'
          : tag === DW_TAG.GNU_template_parameter_pack
            ? 'pack'
            : undefined
  if (kind === undefined) return undefined
  const type = entry.reference(DW_AT.type)
  return {
    kind,
    name: entry.name,
    type: type && table.typeOf(type),
    value: kind === 'value' ? entry.value(DW_AT.const_value) : undefined,
    template: entry.string(DW_AT.GNU_template_name),
    pack: kind === 'pack' ? table.nested(entry, () => templateParametersOf(entry, table)) : [],
  }
}

/** The arguments as they stand behind the template's name: `<int, 3>`; empty where there are none. */
export function templateSuffix(parameters: readonly TemplateParameter[]): string {
  return parameters.length === 0 ? '' : `<${parameters.flatMap(spellings).join(', ')}>`
}

function spellings(parameter: TemplateParameter): readonly string[] {
  switch (parameter.kind) {
    case 'type':
      return [parameter.type?.describe() ?? 'void']
    case 'template':
      return [parameter.template ?? '?']
    case 'pack':
      return parameter.pack.flatMap(spellings)
    default:
      return [valueSpelling(parameter)]
  }
}

function valueSpelling({ type, value }: TemplateParameter): string {
  const resolved = type?.resolve()
  if (resolved?.kind === 'base' && resolved.encoding === DW_ATE.boolean) return value ? 'true' : 'false'
  if (resolved?.kind === 'enum' && (typeof value === 'number' || typeof value === 'bigint')) {
    const name = resolved.nameOf(value)
    const scope = resolved.isScoped ? resolved.qualifiedName : resolved.qualifiedName?.replace(/(^|::)[^:]*$/, '')
    return name === undefined ? `(${resolved.describe()})${value}` : scope ? `${scope}::${name}` : name
  }
  return value === undefined || value instanceof Uint8Array ? '?' : String(value)
}
