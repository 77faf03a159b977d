/** Pure. The phases of a data group in SQL, and what each of them wants done. */

/**
 * new → planned (preflight passed) → preparing (a copy is wanted: start position and chunks are being taken)
 * → copying → streaming; failed keeps the message until a person acts.
 */
export type Phase = 'new' | 'planned' | 'preparing' | 'copying' | 'streaming' | 'failed';

/** A job that must exist for a group to go on. */
export type Wanted = { kind: 'prepare' } | { kind: 'chunks' } | { kind: 'stream' };

/** What a group in this phase wants done; nothing while it is paused. */
export function wantedOf({ phase, paused }: { phase: Phase; paused: boolean }): Wanted | undefined {
  if (paused) return undefined;
  switch (phase) {
    case 'preparing':
      return { kind: 'prepare' };
    case 'copying':
      return { kind: 'chunks' };
    case 'streaming':
      return { kind: 'stream' };
    case 'new':
    case 'planned':
    case 'failed':
      return undefined;
  }
}
