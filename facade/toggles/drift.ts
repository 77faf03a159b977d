/** Pure. Whether what is in force differs from what was said elsewhere: by the config file, or by a toggle. */

import type { Position } from '../routing/stage.ts';
import type { EffectiveStage } from './effective-stage.ts';
import { samePosition } from './toggle-store.ts';

/**
 * `toggle-over-file`: the file says something else. `file-over-toggle`: a later edit of the file ended a toggle.
 * `unknown-over-file`: the toggles could not be read yet, so legacy answers whatever the file says.
 */
export type Drift = 'toggle-over-file' | 'file-over-toggle' | 'unknown-over-file';

/** The drift of one route; undefined where file and toggle agree, or nobody set one. */
export function driftOf(
  file: Position,
  { source, toggle, stage, percent }: EffectiveStage,
): Drift | undefined {
  switch (source) {
    case 'unknown':
      return samePosition({ stage, percent }, file) ? undefined : 'unknown-over-file';
    case 'toggle':
      return toggle === undefined || samePosition(toggle, file) ? undefined : 'toggle-over-file';
    case 'file':
      return toggle === undefined || samePosition(toggle, file) ? undefined : 'file-over-toggle';
  }
}
