/** Pure. The line of history that an edit of the config file leaves. */
import type { Position } from '../routing/stage.ts';
import type { FileBase, HistoryEntry } from './toggle-store.ts';

/** `from` is what was in force before the edit. */
export function fileChange(route: string, from: Position, base: FileBase): HistoryEntry {
  return {
    route,
    at: base.at,
    actor: 'config file',
    action: 'file',
    reason: 'the config file was edited',
    from: { stage: from.stage, percent: from.percent },
    to: { stage: base.stage, percent: base.percent },
    forced: false,
  };
}
