/** Pure. A rule across sections that a config breaks. */

/** Where, and what was found and expected. */
export interface CrossProblem {
  path: (string | number)[];
  message: string;
  /** Each of two may be the wrong one; `path` names the later. */
  between?: true;
}
