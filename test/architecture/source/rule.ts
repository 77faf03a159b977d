import { assert } from 'chai';

/** Fails with the rule's reason and each violation on a line of its own. */
export function refuse(violations: readonly string[], reason: string): void {
  if (violations.length > 0) assert.fail(`${reason}${violations.map((line) => `\n  ${line}`).join('')}`);
}
