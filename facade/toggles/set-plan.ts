/** Pure. Toggles to be written: each over the revision that was expected, and later than whatever stands there. */
import type { AuditDraft } from '../audit/entry.ts';
import type { StorePlan, ToggleChange, ToggleStore } from './toggle-store.ts';

/**
 * All of the changes, or none. Clocks of facades differ: what is written later must never look older than the toggle
 * that it replaces, or than the edit that it overrides.
 */
export function planChanges(changes: readonly ToggleChange[]): StorePlan {
  return ({ toggles, bases }) => {
    const outdated = ({ toggle: { route }, expected }: ToggleChange) =>
      (toggles.get(route)?.revision ?? 0) !== expected;
    if (changes.some(outdated)) return 'conflict';
    const at = Math.max(
      ...changes.map(({ toggle }) =>
        laterThan([toggles.get(toggle.route), bases.get(toggle.route)], toggle.at),
      ),
    );
    return {
      toggles: changes.map(({ toggle, expected }) => ({ ...toggle, at, revision: expected + 1 })),
      entries: changes.map(({ entry }) => ({ ...entry, at })),
    };
  };
}

/** The time of a change that is made at `at` by the clock, and after these. */
export function laterThan(earlier: readonly ({ at: number } | undefined)[], at: number): number {
  return earlier.reduce((latest, one) => Math.max(latest, (one?.at ?? Number.NEGATIVE_INFINITY) + 1), at);
}

/** The simple changes of a store, by its `change`. */
export function simpleChanges(
  change: ToggleStore['change'],
): Pick<ToggleStore, 'set' | 'setMany' | 'append'> {
  const setMany: ToggleStore['setMany'] = (changes) =>
    change(
      planChanges(changes),
      changes.map(({ toggle }) => toggle.route),
    );
  return {
    setMany,
    set: (toggle, expected, entry) => setMany([{ toggle, expected, entry }]),
    append: async (entry: AuditDraft) => void (await change(() => ({ entries: [entry] }), [entry.route])),
  };
}
