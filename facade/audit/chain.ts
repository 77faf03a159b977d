/**
 * Pure. The hash chain of the audit: each entry holds the hash of the one before, so that an edit, a removal, an
 * insertion or another order shows. That the newest entries are missing shows only against a head known otherwise.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { AuditDraft, AuditEntry, ChainHead } from './entry.ts';

/** Before the first entry. */
export const BEGINNING: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** What looking at a chain found. */
export type ChainReport =
  /** `after`: what the first entry follows; when that is not the beginning, older entries are kept elsewhere. */
  | { intact: true; entries: number; after: ChainHead; head: ChainHead; losses?: ChainLoss[] }
  /** `sequence`: of the first entry that does not fit. */
  | { intact: false; entries: number; sequence: number; problem: string };

/** An entry that tells of a loss: other entries stood, or stand, beside those that are here after `after`. */
export interface ChainLoss {
  sequence: number;
  after: number;
}

/** SHA-256 of a value's canonical JSON, in hex. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** The entry of a change that follows `head`. */
export function link(head: ChainHead, draft: AuditDraft, sequence = head.sequence + 1): AuditEntry {
  const entry = { ...draft, sequence, previousHash: head.hash };
  return { ...entry, hash: digestOf(entry) };
}

/** The head of which only the place is known: what stood there is gone. */
export const LOST = '';

/**
 * The entries of changes that follow what a store holds. A store that lost its newest entries, or all, is followed
 * from the head that this process knows, and no place is given twice: what is missing shows.
 */
export function follow(
  stored: ChainHead,
  known: ChainHead,
  drafts: readonly AuditDraft[],
): [AuditEntry, ...AuditEntry[]] {
  let head = stored.hash === LOST || stored.sequence < known.sequence ? known : stored;
  let sequence = Math.max(stored.sequence, known.sequence);
  const entries = drafts.map((draft) => {
    sequence += 1;
    const entry = link(head, draft, sequence);
    head = headOf(entry);
    return entry;
  });
  return entries as [AuditEntry, ...AuditEntry[]];
}

/** An entry as the head of what ends with it. */
export function headOf({ sequence, hash }: AuditEntry): ChainHead {
  return { sequence, hash };
}

/**
 * Looks at a chain, oldest entry first; it may begin anywhere.
 * @param known heads that must be in it, unless they lie before its first entry, or among those that a store lost
 * @param seen what the first entry must follow; as it says by default
 */
export function verifyChain(
  entries: readonly AuditEntry[],
  known: readonly ChainHead[] = [],
  seen?: ChainHead,
): ChainReport {
  const first = entries[0];
  const after = seen ?? (first ? { sequence: first.sequence - 1, hash: first.previousHash } : BEGINNING);
  const broken = (sequence: number, problem: string): ChainReport => ({
    ...{ intact: false, entries: entries.length, sequence, problem },
  });
  let head = after;
  const hashes = new Map([[after.sequence, after.hash]]);
  const losses: ChainLoss[] = [];
  for (const entry of entries) {
    const problem = problemAfter(head, entry);
    if (problem !== undefined) return broken(entry.sequence, problem);
    const loss = lossIn(entry, head, hashes);
    if (loss !== undefined) losses.push(loss);
    head = headOf(entry);
    hashes.set(head.sequence, head.hash);
  }
  if (after.sequence === 0 && after.hash !== BEGINNING.hash)
    return broken(1, 'it is the first, but follows something');
  for (const { sequence, hash } of known) {
    if (sequence > head.sequence)
      return broken(head.sequence + 1, `it is missing, and so is what follows up to ${sequence}`);
    const there = hashes.get(sequence);
    if (there !== undefined && there !== hash)
      return broken(sequence, `its hash is ${there}, expected ${hash}`);
  }
  return { intact: true, entries: entries.length, after, head, ...(losses.length > 0 && { losses }) };
}

function problemAfter(head: ChainHead, entry: AuditEntry): string | undefined {
  const { hash, ...rest } = entry;
  if (!isAfterLoss(head, entry)) {
    if (entry.sequence !== head.sequence + 1) return `it follows ${head.sequence}`;
    if (entry.previousHash !== head.hash) return `it does not follow ${head.sequence} as that stands here`;
  }
  if (digestOf(rest) !== hash) return 'it was changed after it was written';
  return undefined;
}

/** In the store the entry that tells of a loss follows what was left there. */
function isAfterLoss(head: ChainHead, { sequence, lost }: AuditEntry): boolean {
  if (lost === undefined || lost.hash === LOST || sequence <= head.sequence) return false;
  return lost.sequence === head.sequence && lost.hash === head.hash;
}

/** In a file, which lost nothing, entries may be missing that were written to the store after the loss. */
function lossIn(
  { sequence, previousHash, lost }: AuditEntry,
  head: ChainHead,
  hashes: ReadonlyMap<number, string>,
): ChainLoss | undefined {
  if (lost === undefined) return undefined;
  const inStore = previousHash !== head.hash;
  const there = lost.sequence === 0 ? BEGINNING.hash : hashes.get(lost.sequence);
  const beside = there !== undefined && there !== lost.hash;
  return inStore || beside ? { sequence, after: inStore ? lost.sequence : lost.sequence - 1 } : undefined;
}
