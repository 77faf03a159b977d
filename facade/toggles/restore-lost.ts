/**
 * Gives a store back what it has lost. A Redis that was flushed, or came back empty, must not undo a rollback: a facade
 * that still knows the toggles in force writes them back, unless somebody has set newer ones.
 */
import type { AuditDraft } from '../audit/entry.ts';
import type { Snapshot } from '../snapshot.ts';
import type { FileBase, Toggle, ToggleChange, ToggleStore } from './toggle-store.ts';

/** Another write comes first only when another facade restores, too: a few tries are plenty. */
const MOST_TRIES = 10;

/**
 * The store's toggles, after those that it lost were written back.
 * @param known what was in force when the store was last read
 * @param onLost hears of the routes that were written back
 */
export async function allAndRestored(
  store: ToggleStore,
  known: Snapshot | undefined,
  bases: ReadonlyMap<string, FileBase>,
  onLost: (routes: string[]) => void,
): Promise<ReadonlyMap<string, Toggle>> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const stored = await store.all();
    const lost = lostToggles(known, stored);
    if (lost.length === 0) return stored;
    const noted = await noteAgain(store, bases);
    const changes = lost.map((toggle) => restoring(toggle, stored, noted, known!.loaded.version));
    if ((await store.setMany(changes)) === 'written') onLost(lost.map(({ route }) => route));
  }
  throw new Error('the toggles that the store lost could not be written back');
}

/** A later change is never older than the one it replaces, so an older toggle in the store means a loss. */
function lostToggles(known: Snapshot | undefined, stored: ReadonlyMap<string, Toggle>): Toggle[] {
  return (known?.routes ?? []).flatMap(({ effective: { source, toggle } }) => {
    if (source !== 'toggle' || toggle === undefined) return [];
    const there = stored.get(toggle.route);
    return there === undefined || there.at < toggle.at ? [toggle] : [];
  });
}

/** What the file says was lost with the toggles; gives what the store holds now. */
async function noteAgain(
  store: ToggleStore,
  bases: ReadonlyMap<string, FileBase>,
): Promise<ReadonlyMap<string, FileBase>> {
  const noted = new Map<string, FileBase>();
  for (const [route, own] of bases) noted.set(route, (await store.noteBase(route, own, own.at)).base);
  return noted;
}

function restoring(
  toggle: Toggle,
  stored: ReadonlyMap<string, Toggle>,
  bases: ReadonlyMap<string, FileBase>,
  configVersion: string,
): ToggleChange {
  const { route, stage, percent, basedOn, actor, reason } = toggle;
  const expected = stored.get(route)?.revision ?? 0;
  // A facade that started on the empty store noted the file as of then; the toggle must not look older.
  const at = Math.max(toggle.at, bases.get(route)?.at ?? 0);
  const entry: AuditDraft = {
    ...{ route, at, actor: 'facade', role: 'system', action: 'restore' },
    ...{ from: basedOn, to: { stage, percent }, forced: false, configVersion },
    reason: `the store had lost it; set by ${actor}: ${reason}`,
  };
  return { toggle: { ...toggle, at, revision: expected + 1 }, expected, entry };
}
