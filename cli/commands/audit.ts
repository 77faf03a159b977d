/** `strangler audit verify`: whether the chain of all changes is what it was when each was written. */
import { readFile } from 'node:fs/promises';
import { EXIT, messageOf } from '../../chassis/errors.ts';
import type { AuditView } from '../../facade/admin/views.ts';
import { fromLines } from '../../facade/audit/audit-lines.ts';
import { type ChainReport, verifyChain } from '../../facade/audit/chain.ts';
import type { AuditEntry, ChainHead } from '../../facade/audit/entry.ts';
import type { AdminClient } from '../admin-client.ts';
import { type AskingOptions, type CliContext, withAdmins } from '../context.ts';
import { cliErrors } from '../errors.ts';

/** Options of `audit verify`. */
export interface AuditOptions extends AskingOptions {
  file?: string;
  /** An entry that must be in the chain. */
  head?: ChainHead;
}

/** Ends with 0 when the chain is intact, 1 when it is not. Raises FILE_UNREADABLE. */
export async function auditVerify(context: CliContext, options: AuditOptions): Promise<number> {
  const known = options.head === undefined ? [] : [options.head];
  const report =
    options.file === undefined
      ? await withAdmins(options, context, ({ facade }) => verifyFacade(facade, known))
      : await verifyFile(options.file, known);
  if (options.json) context.json(report);
  else context.print(textOf(report));
  return report.intact ? EXIT.ok : EXIT.different;
}

async function verifyFile(file: string, known: readonly ChainHead[]): Promise<ChainReport> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw cliErrors.error('FILE_UNREADABLE', { file, reason: messageOf(error) }, error);
  });
  const { entries, bad } = fromLines(text);
  const report = verifyChain(entries, bad === undefined ? known : []);
  if (bad === undefined || !report.intact) return report;
  const sequence = report.head.sequence + 1;
  return { intact: false, entries: entries.length, sequence, problem: `line ${bad} is no entry` };
}

/** The heads are those of the first answer: whatever is written meanwhile comes after them. */
async function verifyFacade(facade: AdminClient, known: readonly ChainHead[]): Promise<ChainReport> {
  const entries: AuditEntry[] = [];
  const heads = [...known];
  for (;;) {
    const page = await facade.get<AuditView>(`/api/audit?after=${entries.at(-1)?.sequence ?? 0}`);
    if (entries.length === 0) heads.push(page.head, ...(page.seen === undefined ? [] : [page.seen]));
    if (page.entries.length === 0) return verifyChain(entries, heads);
    entries.push(...page.entries);
  }
}

function textOf(report: ChainReport): string {
  if (!report.intact) {
    const { entries, sequence, problem } = report;
    return `BROKEN at entry ${sequence}, of ${entries} found: ${problem}`;
  }
  const { entries, after, head, losses = [] } = report;
  if (entries === 0) return 'intact: nothing was changed yet';
  return [
    `intact: ${entries} entries, ${after.sequence + 1} to ${head.sequence}`,
    ...(after.sequence === 0 ? [] : [`  entry ${after.sequence} and those before it are kept elsewhere`]),
    ...losses.map(
      (loss) =>
        `  LOST by the store: entry ${loss.sequence} tells of others after ${loss.after} which are not here`,
    ),
    `  head ${head.sequence}:${head.hash}`,
  ].join('\n');
}
