/** Applies source transactions to the target: many of them in one target transaction, the position with the rows. */
import { type Pool, type PoolConnection, withTransaction } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import type { GroupTable } from '../group/group.ts';
import { keyText } from '../rows/key.ts';
import { advanceStream } from '../state/checkpoint.ts';
import { quarantine, type Refused, release } from '../state/quarantine.ts';
import { type Change, changeOf, coalesce, sourceKeyOf } from '../write/change.ts';
import { writeChanges } from '../write/write.ts';
import type { SourceTransaction } from './assemble.ts';

/** What the applier works on; `quarantined` holds the keys in quarantine by table and is kept up to date. */
export interface ApplyContext {
  group: string;
  target: Pool;
  tables: ReadonlyMap<string, GroupTable>;
  epoch: number;
  quarantined: Map<string, Set<string>>;
}

/** The net changes of the transactions, by table in the order of the mapping. */
export function changesOf(
  tables: ReadonlyMap<string, GroupTable>,
  transactions: readonly SourceTransaction[],
): Map<string, Change[]> {
  const events = transactions.flatMap((transaction) => transaction.events);
  const net = coalesce(events, (table) => tables.get(table)!.source.primaryKey);
  const changes = new Map<string, Change[]>();
  for (const [name, table] of tables) {
    const rows = net.get(name);
    if (rows)
      changes.set(
        name,
        [...rows.values()].map(({ last, deleted }) => changeOf(table, last, deleted)),
      );
  }
  return changes;
}

/** Commits the transactions' net effect and their last position. Raises STREAM_FENCED when taken over. */
export async function applyTransactions(
  context: ApplyContext,
  transactions: readonly SourceTransaction[],
): Promise<void> {
  const changes = changesOf(context.tables, transactions);
  const outcome = await withTransaction(context.target, (connection) =>
    applyChanges(connection, context, transactions, changes),
  );
  for (const [table, { refused, released }] of outcome) {
    const known = context.quarantined.get(table) ?? new Set();
    for (const key of released) known.delete(key);
    for (const { key } of refused) known.add(keyText(key));
    context.quarantined.set(table, known);
  }
}

type Outcome = Map<string, { refused: Refused[]; released: string[] }>;

async function applyChanges(
  connection: PoolConnection,
  { group, tables, epoch, quarantined }: ApplyContext,
  transactions: readonly SourceTransaction[],
  changes: ReadonlyMap<string, Change[]>,
): Promise<Outcome> {
  const { end, gtid } = transactions.at(-1)!;
  const applied = [...changes.values()].reduce((sum, { length }) => sum + length, 0);
  const written = transactions.filter(({ events }) => events.length > 0).length;
  // First in the transaction: a reader of this database knows by it, before any row, that this is no one's own write.
  const mine = await advanceStream(connection, group, epoch, {
    position: end,
    gtid,
    applied,
    transactions: written,
  });
  if (!mine) throw migrationErrors.error('STREAM_FENCED', { group, epoch });
  const outcome: Outcome = new Map();
  for (const [name, list] of changes) {
    const refused = await writeChanges(connection, tables.get(name)!, list, 'lived-in');
    const released = releasedBy(tables.get(name)!, list, refused, quarantined.get(name));
    await release(connection, group, name, released);
    await quarantine(connection, group, refused);
    outcome.set(name, { refused, released });
  }
  return outcome;
}

/** Rows in quarantine that arrived well now, or were deleted. */
function releasedBy(
  table: GroupTable,
  changes: readonly Change[],
  refused: readonly Refused[],
  known?: ReadonlySet<string>,
): string[] {
  if (!known || known.size === 0) return [];
  const bad = new Set(refused.map(({ key }) => keyText(key)));
  return changes
    .map((change) => keyText(sourceKeyOf(table, change)))
    .filter((key) => known.has(key) && !bad.has(key));
}
