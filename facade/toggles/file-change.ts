/** Pure. The entry of the audit that an edit of the config file leaves. */
import type { AuditDraft } from '../audit/entry.ts';
import type { Position } from '../routing/stage.ts';
import type { FileBase } from './toggle-store.ts';

/** `from` is what was in force before the edit. */
export function fileChange(route: string, from: Position, base: FileBase, configVersion: string): AuditDraft {
  return {
    route,
    at: base.at,
    actor: 'config file',
    role: 'system',
    action: 'file',
    reason: 'the config file was edited',
    from: { stage: from.stage, percent: from.percent },
    to: { stage: base.stage, percent: base.percent },
    forced: false,
    configVersion,
  };
}
