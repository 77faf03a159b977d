/** Pure. A key as it may be shown: sessions and the like are shortened, enough to tell two apart and not to use one. */
import type { FoundKey } from '../routing/assignment-key.ts';

/** The value; whole where it is no secret. */
export function shownValue({ source, value }: FoundKey): string {
  if (source.kind === 'ip' || source.kind === 'user' || source.kind === 'tenant') return value;
  return value.length < 6 ? '***' : `${value.slice(0, 3)}***`;
}
