/** Pure. An edit of the config file, and the entry of the audit that it leaves. */
import type { AuditDraft } from '../audit/entry.ts';
import type { Position } from '../routing/stage.ts';
import type { FilePosition } from './toggle-store.ts';

/** An edit of one route. */
export interface FileEdit {
  route: string;
  /** What was in force before; undefined: the file had no such route. */
  from: Position | undefined;
  to: FilePosition;
  at: number;
  configVersion: string;
}

/** Where requests go that no route names. */
const NOWHERE: Position = { stage: 'legacy', percent: 0 };

const REASONS = {
  added: 'the route was added to the config file',
  removed: 'the route was taken out of the config file',
  file: 'the config file was edited',
} as const;

/** `from` is what was in force before the edit. */
export function fileChange({ route, from, to, at, configVersion }: FileEdit): AuditDraft {
  const action = from === undefined ? 'added' : to.stage === 'absent' ? 'removed' : 'file';
  return {
    ...{ route, at, actor: 'config file', role: 'system', action },
    reason: REASONS[action],
    from: from === undefined ? NOWHERE : { stage: from.stage, percent: from.percent },
    to: to.stage === 'absent' ? NOWHERE : { stage: to.stage, percent: to.percent },
    ...{ forced: false, configVersion },
  };
}
