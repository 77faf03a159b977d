/** Pure. One entry of the audit: who changed what, when, why, on what evidence, and after which entry. */
import type { Position } from '../routing/stage.ts';

/** The role of whoever made a change; `system` for the guard, the config file and the facade itself. */
export type ActorRole = 'operator' | 'admin' | 'system';

/** A change, before it has a place in the chain. */
export interface AuditDraft {
  /** Milliseconds since the epoch. */
  at: number;
  /** The name of the token (with a note such as `ops (for ann)`), `guard`, `config file` or `facade`. */
  actor: string;
  role: ActorRole;
  /**
   * `added`, `removed`: the config file has the route now, or no more. `restore`: a facade wrote its own copy back into
   * a store that had lost it. `lost`: of no route; a store lost entries for good.
   */
  action: 'set' | 'promote' | 'rollback' | 'guard' | 'file' | 'added' | 'removed' | 'restore' | 'lost';
  route: string;
  from: Position;
  to: Position;
  reason: string;
  forced: boolean;
  /** The version of the config file that was in force. */
  configVersion: string;
  /** The gate's verdict and the counts it rested on, when a gate was asked. */
  evidence?: Record<string, unknown>;
  /** SHA-256 of the canonical JSON of the whole evidence record. */
  evidenceDigest?: string;
  /** With `lost`: the end of what the store held. In the store this entry follows that; elsewhere, what was lost. */
  lost?: ChainHead;
}

/** A change in the chain. */
export interface AuditEntry extends AuditDraft {
  /** Counts up by one; the first is 1. */
  sequence: number;
  /** The hash of the entry before; 64 zeros in the first. */
  previousHash: string;
  /** SHA-256 of the canonical JSON of everything above. */
  hash: string;
}

/** The last entry of a chain, by its place and hash. */
export interface ChainHead {
  sequence: number;
  hash: string;
}
