/** Pure. What a verification found, and when it is clean. */

/** A difference as shown. */
export interface VerifySample {
  /** The target table. */
  table: string;
  key: string;
  kind: 'different' | 'missing' | 'extra';
  column?: string;
  source?: string;
  target?: string;
}

/** Counts are rows of the source; `extra` are rows of the target that no source row explains. */
export interface VerifyResult {
  rows: number;
  equal: number;
  different: number;
  missing: number;
  extra: number;
  /** Rows that could not be carried and that the target rightly lacks. */
  quarantined: number;
  samples: VerifySample[];
}

/** The most samples kept. */
export const MAX_SAMPLES = 50;

/** A result before anything was looked at. */
export function emptyResult(): VerifyResult {
  return { rows: 0, equal: 0, different: 0, missing: 0, extra: 0, quarantined: 0, samples: [] };
}

/** Every row is in the target as it should be; a row in quarantine is not. */
export function isClean({ different, missing, extra, quarantined }: VerifyResult): boolean {
  return different + missing + extra + quarantined === 0;
}
