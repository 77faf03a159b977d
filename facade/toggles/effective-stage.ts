/** Pure. What is in force for a route: the file's stage, or a toggle that was set after the file began to say it. */
import { goesFurther, type Position } from '../routing/stage.ts';
import { samePosition, type Toggle } from './toggle-store.ts';

/** A route's position in force, and where it comes from. */
export interface EffectiveStage extends Position {
  /** `unknown`: the toggles could not be read yet, so nobody knows whether one counts. */
  source: 'file' | 'toggle' | 'unknown';
  /** Milliseconds since the epoch from when it holds. */
  since: number;
  /** The toggle in force, or one that a later edit of the file overrode. */
  toggle?: Toggle;
}

/**
 * `fileSince`: when the file began to say this. Facades may have different files for a while (a rolling deployment, a
 * route that is quarantined): a toggle that was set over another file counts too where it takes the route back, so that
 * a rollback counts everywhere. One that would take it further than this file counts only over the file it was set over.
 */
export function effectiveStage(
  file: Position,
  fileSince: number,
  toggle: Toggle | undefined,
): EffectiveStage {
  const isMeant = (one: Toggle) => samePosition(one.basedOn, file) || !goesFurther(file, one);
  if (toggle !== undefined && toggle.at >= fileSince && isMeant(toggle)) {
    return { stage: toggle.stage, percent: toggle.percent, source: 'toggle', since: toggle.at, toggle };
  }
  return { stage: file.stage, percent: file.percent, source: 'file', since: fileSince, toggle };
}
