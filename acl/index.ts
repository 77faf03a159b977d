/** The anti-corruption layer's public API. */
export { type Codec, defineCodec, nullable, Refusal, refuse, refuseUnknown } from './codec.ts';
export { cents } from './codecs/cents.ts';
export { type DecimalType, decimal } from './codecs/decimal.ts';
export { double } from './codecs/double.ts';
export { flag } from './codecs/flag.ts';
export { idList } from './codecs/id-list.ts';
export { type IntegerType, integer } from './codecs/integer.ts';
export { jsonText } from './codecs/json-text.ts';
export { letters } from './codecs/letters.ts';
export { optionalId } from './codecs/optional-id.ts';
export { text } from './codecs/text.ts';
export { type Fraction, timestamp } from './codecs/timestamp.ts';
export { yyyymmdd } from './codecs/yyyymmdd.ts';
export { zeroDate } from './codecs/zero-date.ts';
export { type CompiledTable, compileTable, type TargetTable } from './compile.ts';
export { defineTable } from './define-table.ts';
export { aclErrors, MappingError, type ValueProblem } from './errors.ts';
export { gatewayErrors, LegacyRefusal } from './gateway/errors.ts';
export { createLegacyGateway, type LegacyGateway } from './gateway/gateway.ts';
export { HOPS_HEADER, withHops } from './gateway/loop-guard.ts';
export { defineOperation, type LegacyAnswer, type Operation } from './gateway/operation.ts';
export { checkRoundTrip, type LawBreach } from './laws.ts';
export { defineMapping, type Mapping, mappingOf } from './mapping.ts';
export { createReferenceCache, type ReferenceCache, type ReferenceData } from './reference/cache.ts';
export type {
  ChildMapping,
  ColumnMapping,
  Residue,
  TableDefinition,
  TableMapping,
} from './table.ts';
export {
  type Row,
  sameRow,
  sameValue,
  showValue,
  type TargetRow,
  type TargetRows,
  type Value,
} from './value.ts';
