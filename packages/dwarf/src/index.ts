export type { Abbreviation, AbbreviationTable } from './abbreviation.js'
export type { AttributeClass, AttributeValue } from './attribute-value.js'
export { DW_AT } from './constants/attribute-name.js'
export {
  describeAttribute,
  describeEncoding,
  describeForm,
  describeLanguage,
  describeOperation,
  describeTag,
  describeUnitType,
} from './constants/describe.js'
export { DW_FORM } from './constants/form.js'
export { DW_LLE } from './constants/location-entry.js'
export { DW_IDX } from './constants/name-index.js'
export { DW_OP } from './constants/operation.js'
export { DW_TAG } from './constants/tag.js'
export { DW_ATE, DW_GO_KIND, DW_LANG, DW_UT } from './constants/values.js'
export { Dwarf, type DwarfOptions } from './dwarf.js'
export type { Attribute, Entry } from './entry.js'
export { EntryReader } from './entry-reader.js'
export { type DescribeOptions, describeExpression } from './expression/describe.js'
export type { EvaluationContext } from './expression/evaluation-context.js'
export { EvaluationError, type EvaluationNeed } from './expression/evaluation-error.js'
export { evaluate, evaluateValue } from './expression/evaluator.js'
export { Expression, type ExpressionEncoding } from './expression/expression.js'
export { frameBaseAddress } from './expression/frame-base.js'
export type { Operand, Operation } from './expression/operation.js'
export type { Piece, Place } from './expression/piece.js'
export { numericValue, type TypedValue, type ValueKind, type ValueType } from './expression/typed-value.js'
export { type Location, locationOf } from './location/location.js'
export type { LocationEntry } from './location/location-entry.js'
export type { LocationList, LocationRange } from './location/location-list.js'
export type { DebugNames, IndexedName } from './name-index/debug-names.js'
export type {
  GdbAddressRange,
  GdbIndex,
  GdbSymbol,
  GdbSymbolKind,
  GdbTypeUnit,
  GdbUnit,
} from './name-index/gdb-index.js'
export type { NameIndexes } from './name-index/name-indexes.js'
export type { PublicName, PublicNames, PublicNamesSection } from './name-index/public-names.js'
export { type NameKind, NameNotFoundError } from './name-not-found.js'
export type { SectionLoader } from './sections.js'
export type { AddressTable } from './split/address-table.js'
export type { Contribution, PackageIndex } from './split/package-index.js'
export type { SplitFileLoader } from './split/split-files.js'
export type { StringOffsetsTable } from './split/string-offsets-table.js'
export { parseDebugAltLink, parseDebugSup, type SupplementaryLink } from './split/supplementary-link.js'
export { ArrayType } from './types/array-type.js'
export { type Enumerator, EnumType } from './types/enum-type.js'
export type { Field } from './types/field.js'
export {
  BaseType,
  type Parameter,
  PointerType,
  QualifierType,
  SubroutineType,
  TypedefType,
  UnspecifiedType,
} from './types/simple-types.js'
export { StructType } from './types/struct-type.js'
export { sizeOf, type Type } from './types/type.js'
export type { Unit } from './unit.js'
export type { UnitHeader, UnitSection } from './unit-header.js'
export type { Constant, Variable } from './variable.js'
