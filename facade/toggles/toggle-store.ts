/** The port of the toggles: what was set through the admin API, shared by all facades of one store. */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../audit/entry.ts';
import type { Position } from '../routing/stage.ts';

/** A route's stage as somebody set it; in force until the file is edited (effective-stage.ts). */
export interface Toggle extends Position {
  route: string;
  actor: string;
  reason: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** What the config file said when this was set. */
  basedOn: Position;
  /** Counts up with each change of this route; the first is 1. */
  revision: number;
}

/** What the config file says of a route: where it stands, or that it has no such route. */
export interface FilePosition {
  stage: Stage | 'absent';
  percent: number;
}

/** What the config file says of a route, and since when it does. */
export interface FileBase extends FilePosition {
  /** Milliseconds since the epoch; grows with each edit of the route. */
  at: number;
}

/** A toggle to be written, where the route's revision is still `expected`, with its entry of the audit. */
export interface ToggleChange {
  toggle: Toggle;
  expected: number;
  entry: AuditDraft;
}

/** What stands in a store. */
export interface Stored {
  toggles: ReadonlyMap<string, Toggle>;
  bases: ReadonlyMap<string, FileBase>;
}

/** What is written at once: all of it, or nothing. */
export interface StoreWrite {
  toggles?: readonly Toggle[];
  bases?: ReadonlyMap<string, FileBase>;
  /** One for each change, in their order. */
  entries: readonly AuditDraft[];
}

/** Pure: it is asked again when the store was changed in between. */
export type StorePlan = (stored: Stored) => StoreWrite | 'conflict';

/** A stretch of the audit. */
export interface AuditPage {
  /** Oldest first. */
  entries: AuditEntry[];
  /** Of the whole chain; its hash is empty when the store lost what stood there. */
  head: ChainHead;
}

/** Whether a write came through is not known; it will not come through later. */
export class OutcomeUnknown extends Error {}

/** Keeps toggles and the audit of their changes. Every method rejects when the store is away. */
export interface ToggleStore {
  all(): Promise<ReadonlyMap<string, Toggle>>;
  /**
   * Writes what is planned on what stands in the store, where nothing of that changed in between. What it rejects was
   * not written and will not be; only with `OutcomeUnknown` it may have been.
   * @param routes those that the plan looks at; all by default
   */
  change(plan: StorePlan, routes?: readonly string[]): Promise<'written' | 'conflict'>;
  /** Writes the toggle if the route's revision is still `expected` (0: none yet), with its entry of the audit. */
  set(toggle: Toggle, expected: number, entry: AuditDraft): Promise<'written' | 'conflict'>;
  /** Writes several toggles at once: all of them, or none when one revision is another. */
  setMany(changes: readonly ToggleChange[]): Promise<'written' | 'conflict'>;
  /** The audit of one route, newest first. */
  history(route: string, limit: number): Promise<AuditEntry[]>;
  /** Appends to the audit what was changed elsewhere. */
  append(entry: AuditDraft): Promise<void>;
  /** The audit of all routes after the entry `sequence`, at most `limit` entries. */
  audit(sequence: number, limit: number): Promise<AuditPage>;
  /** Calls the listener after toggles may have changed; returns how to stop. */
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Whether two positions are the same; the percent counts in canary only. */
export function samePosition(a: FilePosition, b: FilePosition): boolean {
  return a.stage === b.stage && (a.stage !== 'canary' || a.percent === b.percent);
}
