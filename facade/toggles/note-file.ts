/**
 * Pure. What a facade writes to the store of its config file: what that says of each route since when, with an entry of
 * the audit for each edit that nobody told of before. Many facades see the same edit.
 */
import type { AuditDraft } from '../audit/entry.ts';
import type { Position } from '../routing/stage.ts';
import { effectiveStage } from './effective-stage.ts';
import { type FileEdit, fileChange } from './file-change.ts';
import { laterThan } from './set-plan.ts';
import {
  type FileBase,
  type FilePosition,
  type Stored,
  type StoreWrite,
  samePosition,
} from './toggle-store.ts';

/** What a facade tells. */
export interface FileNote {
  /** What the file says of each route. */
  says: ReadonlyMap<string, Position>;
  /** Routes whose entries are broken: `says` has their last good form, if they had one. */
  broken: ReadonlySet<string>;
  /** What it heard from the store when it last told; undefined at its start. */
  heard: ReadonlyMap<string, FileBase> | undefined;
  /** What it saw itself since then, oldest first. */
  edits: readonly FileEdit[];
  at: number;
  configVersion: string;
}

/** What is to be written, and what holds for this facade once it is. */
export interface PlannedNote extends StoreWrite {
  known: ReadonlyMap<string, FileBase>;
}

/** Of a route that the file does not have. */
export const ABSENT: FilePosition = { stage: 'absent', percent: 0 };

/** What becomes of one route. */
interface Noted {
  known: FileBase;
  isNew?: true;
  edits?: readonly FileEdit[];
}

/** Plans a note. */
export function planNote(stored: Stored, note: FileNote): PlannedNote {
  const known = new Map<string, FileBase>();
  const bases = new Map<string, FileBase>();
  const entries: AuditDraft[] = [];
  const routes = [note.says.keys(), note.heard?.keys() ?? stored.bases.keys()].flatMap((some) => [...some]);
  for (const route of new Set([...routes, ...note.edits.map((edit) => edit.route)])) {
    const noted =
      note.heard === undefined ? atStart(route, stored, note) : later(route, stored, note, note.heard);
    if (noted === undefined) continue;
    known.set(route, noted.known);
    if (noted.isNew) bases.set(route, noted.known);
    entries.push(...(noted.edits ?? []).map(fileChange));
  }
  return { known, bases, entries };
}

/** The file may have been edited while no facade ran; and a store that knows of no route begins here. */
function atStart(
  route: string,
  stored: Stored,
  { says, broken, at, configVersion }: FileNote,
): Noted | undefined {
  const there = stored.bases.get(route);
  const said = says.get(route) ?? ABSENT;
  if (there !== undefined && samePosition(there, said)) return { known: there };
  const known = { stage: said.stage, percent: said.percent, at };
  if (broken.has(route)) return says.has(route) ? { known } : undefined;
  if (stored.bases.size === 0) return { known, isNew: true };
  const from = there && inForce(there, stored.toggles.get(route));
  return edited([{ route, from, to: said, at, configVersion }], stored);
}

/** Only what this facade saw itself counts as an edit: others may run with another file for a while. */
function later(
  route: string,
  stored: Stored,
  note: FileNote,
  heard: ReadonlyMap<string, FileBase>,
): Noted | undefined {
  const there = stored.bases.get(route);
  const own = heard.get(route);
  const edits = untold(
    note.edits.filter((edit) => edit.route === route),
    there,
    own,
  );
  if (edits.length > 0) return edited(edits, stored);
  if (isLost(own, there)) return { known: own!, isNew: true };
  const said = note.says.get(route) ?? ABSENT;
  if (there !== undefined && (own === undefined || samePosition(there, said))) return { known: there };
  return own && { known: own };
}

/** Those edits of a route that no other facade has told of. */
function untold(
  edits: readonly FileEdit[],
  there: FileBase | undefined,
  own: FileBase | undefined,
): readonly FileEdit[] {
  const to = edits.at(-1)?.to;
  const nobody = there === undefined || (own !== undefined && there.at <= own.at);
  if (to === undefined || nobody) return edits;
  if (samePosition(there, to)) return [];
  return edits.slice(1 + edits.findLastIndex((edit) => samePosition(edit.to, there)));
}

/** Whether a store lost what was heard from it: what it says only grows later. */
export function isLost(own: FileBase | undefined, there: FileBase | undefined): boolean {
  return own !== undefined && (there === undefined || there.at < own.at);
}

/** Each is later than the one before, and than the toggle that it ends, whatever the clocks say. */
function edited(edits: readonly FileEdit[], { toggles, bases }: Stored): Noted {
  const { route, to } = edits.at(-1)!;
  let at = laterThan([toggles.get(route), bases.get(route)], edits[0]!.at);
  const timed = edits.map((edit, index) => {
    if (index > 0) at = laterThan([{ at }], edit.at);
    return { ...edit, at };
  });
  return { known: { stage: to.stage, percent: to.percent, at }, isNew: true, edits: timed };
}

function inForce(base: FileBase, toggle: Parameters<typeof effectiveStage>[2]): Position | undefined {
  const { stage, percent, at } = base;
  return stage === 'absent' ? undefined : effectiveStage({ stage, percent }, at, toggle);
}
