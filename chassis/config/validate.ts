/** Pure. A parsed document held against the schema and the rules across sections. */
import { crossReferenceProblems } from './cross-references.ts';
import type { ConfigDocument } from './document.ts';
import { type Finding, findingsOf } from './problems.ts';
import { configSchema, type StranglerConfig } from './schema/config.ts';

/** The config of a document, or all that is wrong with it. */
export type Validated = { config: StranglerConfig } | { findings: Finding[] };

/** Validates plain values. A value whose variable is unset is told once, as unset, and not again as malformed. */
export function validate(values: unknown, unset: ConfigDocument['unset']): Validated {
  const result = configSchema.safeParse(values, { reportInput: true });
  const found = findingsOf(result.error?.issues ?? [], crossReferenceProblems(values));
  const findings = found.filter(({ message }) => !unset.some(({ written }) => message.includes(written)));
  return result.success && findings.length === 0 && unset.length === 0
    ? { config: deepFreeze(result.data) }
    : { findings };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
