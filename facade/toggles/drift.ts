/** Pure. Whether what is in force differs from what was said elsewhere: by the config file, or by a toggle. */

import type { Position } from '../routing/stage.ts';
import type { EffectiveStage } from './effective-stage.ts';
import { samePosition } from './toggle-store.ts';

/** `toggle-over-file`: the file says something else. `file-over-toggle`: a later edit of the file ended a toggle. */
export type Drift = 'toggle-over-file' | 'file-over-toggle';

/** The drift of one route; undefined where file and toggle agree, or nobody set one. */
export function driftOf(file: Position, { source, toggle }: EffectiveStage): Drift | undefined {
  if (toggle === undefined || samePosition(toggle, file)) return undefined;
  return source === 'toggle' ? 'toggle-over-file' : 'file-over-toggle';
}
