/** What the config file says of each route and since when: noted in the store, or kept here while that is away. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import type { Position } from '../routing/stage.ts';
import type { Snapshot } from '../snapshot.ts';
import { fileChange } from './file-change.ts';
import { type FileBase, samePosition, type ToggleStore } from './toggle-store.ts';

/** The file's positions as one facade knows them. */
export interface FileBases {
  known(): ReadonlyMap<string, FileBase>;
  /** Takes an edit over at once, whatever becomes of the store. */
  edited(loaded: LoadedConfig, at: number): void;
  /** Tells the store, and writes the audit of what changed. Rejects when the store is away. */
  note(loaded: LoadedConfig, at: number, before: Snapshot | undefined): Promise<void>;
}

/** Makes empty ones. */
export function createFileBases(store: ToggleStore): FileBases {
  let known: ReadonlyMap<string, FileBase> = new Map();
  const pending = new Set<string>();
  /** Routes whose edits the store has not heard of: it must not think that nothing happened when they are undone. */
  const unheard = new Set<string>();
  const note: FileBases['note'] = async ({ config, version, quarantined }, at, before) => {
    const noted = new Map<string, FileBase>();
    for (const route of config.routes) {
      const own = known.get(route.id);
      // Its last good form is not what the file says now: another facade may have a later one.
      if (own !== undefined && quarantined.has(route.id) && !unheard.has(route.id)) {
        noted.set(route.id, own);
        continue;
      }
      const since = unheard.has(route.id) && own !== undefined ? own.at : at;
      const told = await store.noteBase(route.id, route, since);
      const missed = unheard.has(route.id) && told.previous === undefined && told.base.at < since;
      const base = missed ? await noteAnew(store, route.id, route, since) : told.base;
      noted.set(route.id, base);
      unheard.delete(route.id);
      if (told.previous === undefined) continue;
      const from = before?.byId.get(route.id)?.effective ?? told.previous;
      await store.append(fileChange(route.id, from, base, version));
    }
    known = noted;
  };
  return {
    known: () => known,
    edited({ config }, at) {
      const next = new Map(known);
      for (const { id, stage, percent } of config.routes) {
        const base = known.get(id);
        if (base === undefined || samePosition(base, { stage, percent })) continue;
        next.set(id, { stage, percent, at });
        pending.add(id);
      }
      known = next;
    },
    note: (loaded, at, before) =>
      note(loaded, at, before)
        .catch((error) => {
          for (const id of pending) unheard.add(id);
          throw error;
        })
        .finally(() => pending.clear()),
  };
}

/** There and back while the store was away: it still says what it said, and must say since when anew. */
async function noteAnew(
  store: ToggleStore,
  route: string,
  position: Position,
  at: number,
): Promise<FileBase> {
  const other = position.stage === 'legacy' ? 'shadow' : 'legacy';
  await store.noteBase(route, { stage: other, percent: 0 }, at);
  return (await store.noteBase(route, position, at)).base;
}
