/** What the config file says of each route and since when: noted in the store, or kept here while that is away. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import type { Snapshot } from '../snapshot.ts';
import type { FileEdit } from './file-change.ts';
import { ABSENT, planNote } from './note-file.ts';
import { laterThan } from './set-plan.ts';
import { type FileBase, samePosition, type ToggleStore } from './toggle-store.ts';

/** The file's positions as one facade knows them. */
export interface FileBases {
  known(): ReadonlyMap<string, FileBase>;
  /** Takes an edit over at once, whatever becomes of the store; `before` is what was in force. */
  edited(loaded: LoadedConfig, at: number, before: Snapshot): void;
  /** Tells the store, with the audit of each edit since it was last told. Rejects when the store is away. */
  note(loaded: LoadedConfig, at: number): Promise<void>;
}

/** Makes empty ones. */
export function createFileBases(store: Pick<ToggleStore, 'change'>): FileBases {
  let known: ReadonlyMap<string, FileBase> = new Map();
  let heard: ReadonlyMap<string, FileBase> | undefined;
  let edits: readonly FileEdit[] = [];
  return {
    known: () => known,
    edited(loaded, at, before) {
      // Before the store was heard everything went to legacy, and what the file said then moved nothing.
      if (heard === undefined) return;
      const found = editsOf(loaded, known, before, at);
      edits = [...edits, ...found];
      known = new Map([
        ...known,
        ...found.map(({ route, to, at: since }): [string, FileBase] => [route, { ...to, at: since }]),
      ]);
    },
    async note({ config, version, quarantined }, at) {
      const says = new Map(config.routes.map(({ id, stage, percent }) => [id, { stage, percent }]));
      const broken = new Set(quarantined.keys());
      let noted = known;
      await store.change((stored) => {
        const planned = planNote(stored, { says, broken, heard, edits, at, configVersion: version });
        noted = planned.known;
        return planned;
      });
      heard = known = noted;
      edits = [];
    },
  };
}

function editsOf(
  { config, version, quarantined }: LoadedConfig,
  known: ReadonlyMap<string, FileBase>,
  { byId }: Snapshot,
  now: number,
): FileEdit[] {
  const says = new Map(config.routes.map(({ id, stage, percent }) => [id, { stage, percent }]));
  return [...new Set([...known.keys(), ...says.keys()])].flatMap((route) => {
    const base = known.get(route) ?? { ...ABSENT, at: Number.NEGATIVE_INFINITY };
    const to = says.get(route) ?? ABSENT;
    if (samePosition(base, to) || (to.stage === 'absent' && quarantined.has(route))) return [];
    const effective = byId.get(route)?.effective;
    const from = base.stage === 'absent' ? undefined : effective;
    return [{ route, from, to, at: laterThan([base, effective?.toggle], now), configVersion: version }];
  });
}
