/** The port of the toggles: what was set through the admin API, shared by all facades of one store. */
import type { Position } from '../routing/stage.ts';

/** A route's stage as somebody set it; in force while the file says what it said then. */
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

/** What the config file says of a route, and since when it does. */
export interface FileBase extends Position {
  /** Milliseconds since the epoch. */
  at: number;
}

/** One line of a route's history. */
export interface HistoryEntry {
  route: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Who: the name given to the admin API, `guard`, or `config file`. */
  actor: string;
  action: 'set' | 'promote' | 'rollback' | 'guard' | 'file';
  reason: string;
  from: Position;
  to: Position;
  forced: boolean;
  /** The gate's verdict and the counts it rested on, when there were any. */
  evidence?: Record<string, unknown>;
}

/** A toggle to be written, where the route's revision is still `expected`, with its line of history. */
export interface ToggleChange {
  toggle: Toggle;
  expected: number;
  entry: HistoryEntry;
}

/** Keeps toggles and their history. Every method rejects when the store is away. */
export interface ToggleStore {
  all(): Promise<ReadonlyMap<string, Toggle>>;
  /** Writes the toggle if the route's revision is still `expected` (0: none yet), with its line of history. */
  set(toggle: Toggle, expected: number, entry: HistoryEntry): Promise<'written' | 'conflict'>;
  /** Writes several toggles at once: all of them, or none when one revision is another. */
  setMany(changes: readonly ToggleChange[]): Promise<'written' | 'conflict'>;
  /** Newest first. */
  history(route: string, limit: number): Promise<HistoryEntry[]>;
  append(entry: HistoryEntry): Promise<void>;
  /**
   * Notes what the file says now. Of all facades that see a change, only the first is told what the file
   * said before; `base` is what stands in the store afterwards.
   */
  noteBase(route: string, position: Position, at: number): Promise<{ base: FileBase; previous?: FileBase }>;
  /** Calls the listener after toggles may have changed; returns how to stop. */
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Whether two positions are the same; the percent counts in canary only. */
export function samePosition(a: Position, b: Position): boolean {
  return a.stage === b.stage && (a.stage !== 'canary' || a.percent === b.percent);
}
