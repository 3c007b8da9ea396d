export type { Abbreviation, AbbreviationTable } from './abbreviation.js'
export type { AttributeClass, AttributeValue } from './attribute-value.js'
export { DW_AT } from './constants/attribute-name.js'
export { DW_CFA, DW_EH_PE } from './constants/call-frame.js'
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
export { DW_LNCT, DW_LNE, DW_LNS } from './constants/line.js'
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
export type { Encoding } from './form-size.js'
export { AMD64, ARM, ARM64, type Architecture, architectureOf, I386 } from './frame/architecture.js'
export { CallFrames, type CallFramesOptions } from './frame/call-frames.js'
export { type CommonInformation, FrameDescription } from './frame/frame-entry.js'
export type { FrameInstruction } from './frame/frame-instruction.js'
export type { CfaRule, FrameRow, RegisterRule } from './frame/frame-row.js'
export {
  type CallerFrame,
  type RegisterValues,
  UnwindError,
  type UnwindOptions,
  type UnwoundFrame,
  unwind,
  unwindStep,
} from './frame/unwind.js'
export type { CallSite } from './function/call-site.js'
export type { FunctionScope } from './function/function-scope.js'
export type { LocalVariable } from './function/local-variable.js'
export type { SourceFrame } from './function/source-frame.js'
export type { SourceLocation, Subprogram } from './function/subprogram.js'
export type { LineHeader } from './line/line-header.js'
export type { LineInstruction } from './line/line-instruction.js'
export type { LineReader } from './line/line-reader.js'
export type { LineRow, LineRows } from './line/line-rows.js'
export type { LineSequence, LineSequences } from './line/line-sequences.js'
export type { LineTable } from './line/line-table.js'
export { LINE_FLAG } from './line/row-layout.js'
export type { SourceFile } from './line/source-file.js'
export { type Location, locationOf } from './location/location.js'
export type { LocationEntry } from './location/location-entry.js'
export type { LocationList, LocationRange } from './location/location-list.js'
export type { DebugNames, IndexedName, NameAbbreviation } from './name-index/debug-names.js'
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
export type { AddressRange } from './range/address-range.js'
export type { ArangeSet } from './range/aranges.js'
export type { SectionLoader } from './sections.js'
export type { AddressTable } from './split/address-table.js'
export type { Contribution, PackageIndex } from './split/package-index.js'
export type { SplitFileLoader } from './split/split-files.js'
export type { StringOffsetsTable } from './split/string-offsets-table.js'
export { parseDebugAltLink, parseDebugSup, type SupplementaryLink } from './split/supplementary-link.js'
export type { Accessibility } from './types/accessibility.js'
export { type ArrayDimension, ArrayType } from './types/array-type.js'
export { BaseType } from './types/base-type.js'
export { type Enumerator, EnumType } from './types/enum-type.js'
export type { Field } from './types/field.js'
export { type LayoutDifference, layoutDifference, sameLayout } from './types/layout-difference.js'
export type { Method } from './types/method.js'
export { PointerType } from './types/pointer-type.js'
export { QualifierType, StringType, SubrangeType, TypedefType, UnspecifiedType } from './types/simple-types.js'
export { StructType } from './types/struct-type.js'
export { type Parameter, SubroutineType } from './types/subroutine-type.js'
export type { TemplateParameter } from './types/template-parameter.js'
export { sizeOf, type Type } from './types/type.js'
export type { DiscriminantRange, Variant, VariantPart } from './types/variant-part.js'
export type { Unit } from './unit.js'
export type { UnitHeader, UnitSection } from './unit-header.js'
export { goQuote } from './value/go-quote.js'
export { GoRuntimeTypes } from './value/go-runtime-types.js'
export type { PlainOptions, PlainValue } from './value/plain.js'
export type { Shape } from './value/shape.js'
export { type FieldValue, Value, type VariantValue } from './value/value.js'
export { ValueError } from './value/value-error.js'
export type { LongDouble, ValueOptions } from './value/value-options.js'
export type { Constant, Variable } from './variable.js'
