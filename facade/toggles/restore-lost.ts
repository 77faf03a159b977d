/**
 * Gives a store back what it has lost. A Redis that was flushed, or came back empty, must not undo a rollback: a facade
 * that still knows the toggles in force writes them back, unless somebody has set newer ones.
 */
import type { AuditDraft } from '../audit/entry.ts';
import type { Snapshot } from '../snapshot.ts';
import { isLost } from './note-file.ts';
import {
  type FileBase,
  type Stored,
  type StoreWrite,
  samePosition,
  type Toggle,
  type ToggleStore,
} from './toggle-store.ts';

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
  const toggles = await store.all();
  if (known === undefined || lostToggles(known, toggles).length === 0) return toggles;
  let routes: string[] = [];
  await store.change((stored) => {
    const lost = lostToggles(known, stored.toggles);
    routes = lost.map(({ route }) => route);
    return planRestore(lost, bases, stored, known.loaded.version);
  });
  if (routes.length > 0) onLost(routes);
  return store.all();
}

/** A later change is never older than the one it replaces, so an older toggle in the store means a loss. */
function lostToggles({ routes }: Snapshot, stored: ReadonlyMap<string, Toggle>): Toggle[] {
  return routes.flatMap(({ effective: { source, toggle } }) => {
    if (source !== 'toggle' || toggle === undefined) return [];
    const there = stored.get(toggle.route);
    return there === undefined || there.at < toggle.at ? [toggle] : [];
  });
}

/** What the file says was lost with the toggles. */
function planRestore(
  lost: readonly Toggle[],
  bases: ReadonlyMap<string, FileBase>,
  stored: Stored,
  configVersion: string,
): StoreWrite {
  if (lost.length === 0) return { entries: [] };
  const toggles = lost.map((toggle): Toggle => {
    const there = stored.bases.get(toggle.route);
    const own = bases.get(toggle.route);
    // A facade that started on the empty store noted the same file as of then; the toggle must not look older.
    const noted = there !== undefined && own !== undefined && samePosition(there, own) ? there.at : toggle.at;
    const revision = (stored.toggles.get(toggle.route)?.revision ?? 0) + 1;
    return { ...toggle, at: Math.max(toggle.at, noted), revision };
  });
  return {
    toggles,
    bases: new Map([...bases].filter(([route, own]) => isLost(own, stored.bases.get(route)))),
    entries: toggles.map((toggle) => restored(toggle, configVersion)),
  };
}

function restored(
  { route, at, stage, percent, basedOn, actor, reason }: Toggle,
  configVersion: string,
): AuditDraft {
  return {
    ...{ route, at, actor: 'facade', role: 'system', action: 'restore' },
    ...{ from: basedOn, to: { stage, percent }, forced: false, configVersion },
    reason: `the store had lost it; set by ${actor}: ${reason}`,
  };
}
