/**
 * Follows the chain of the store: writes it to the audit file, and tells when it does not go on where it was last seen.
 * Nothing waits for it: what it could not write it writes later, also after a restart.
 */
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { ToggleStore } from '../toggles/toggle-store.ts';
import type { AuditFile } from './audit-file.ts';
import { headOf, LOST, verifyChain } from './chain.ts';
import type { AuditEntry, ChainHead } from './entry.ts';
import { createLooks } from './looks.ts';

/** A journal. */
export interface AuditJournal {
  /** The newest entry that this facade has seen; undefined before the store answered once. */
  head(): ChainHead | undefined;
  /** Stops following, after a last look. */
  close(): Promise<void>;
}

/** What it needs; `retry` (ms) after a failure is 1,000 by default. */
export interface JournalOptions {
  store: Pick<ToggleStore, 'audit' | 'subscribe'>;
  /** None: it only looks. */
  file: AuditFile | undefined;
  log: Logger;
  metrics: Metrics;
  retry?: number;
}

const PAGE = 500;

/** Begins to follow. */
export function createAuditJournal({
  store,
  file,
  log,
  metrics,
  retry = 1_000,
}: JournalOptions): AuditJournal {
  const intact = metrics.gauge({
    name: 'strangler_facade_audit_intact',
    help: '1 while the chain of changes goes on where this facade last saw it; 0 after it did not.',
  });
  intact.set({}, 1);
  let head = file?.head;
  let told = '';
  const breaks = (sequence: number, problem: string) => {
    intact.set({}, 0);
    if (told !== problem) log.error('the audit was changed, or lost entries', { sequence, problem });
    told = problem;
  };
  const take = async (entries: readonly AuditEntry[]) => {
    const report = verifyChain(entries, [], head);
    await file?.append(entries);
    head = headOf(entries.at(-1)!);
    if (!report.intact) breaks(report.sequence, report.problem);
  };
  const look = async () => {
    for (;;) {
      // Without a file there is nothing to catch up with: it begins at the end.
      const beginning = file === undefined && head === undefined;
      const page = await store.audit(head?.sequence ?? 0, beginning ? 1 : PAGE);
      if (beginning && page.head.hash !== LOST) head = page.head;
      else if (page.entries.length > 0) await take(page.entries);
      else if (page.head.hash === LOST) breaks(page.head.sequence, `entry ${page.head.sequence} is gone`);
      else if (head !== undefined) lookBack(page.head, head);
      if (beginning || page.entries.length < PAGE) return;
    }
  };
  const lookBack = (stored: ChainHead, seen: ChainHead) => {
    if (stored.sequence === seen.sequence && stored.hash !== seen.hash)
      breaks(seen.sequence, `its hash is ${stored.hash}, expected ${seen.hash}`);
  };
  const looks = createLooks({ look, log, retry });
  const stop = store.subscribe(looks.again);
  looks.again();
  return {
    head: () => head,
    async close() {
      stop();
      await looks.end();
      await file?.close();
    },
  };
}
