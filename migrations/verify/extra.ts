/** Rows of the target that no source row explains. */
import type { Value } from '../../acl/value.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import type { Column } from '../rows/column.ts';
import { keyOf, keyText } from '../rows/key.ts';
import { orderBy, selectRows, whereKeys, whereRange } from '../rows/select.ts';
import type { Table } from '../rows/table.ts';

const PAGE = 5_000;

/** Source keys (by their text) that target rows name and the source does not have. */
export async function extraKeys(group: OpenGroup, table: GroupTable): Promise<Map<string, Value[]>> {
  const extra = new Map<string, Value[]>();
  for (const part of [table.main, ...table.children]) {
    for await (const owners of ownerPages(group, part.table, part.key, part.owner)) {
      const claimed = new Map(
        owners.map((owner) => sourceKeyOf(table, owner)).map((key) => [keyText(key), key]),
      );
      const where = whereKeys(table.key, [...claimed.values()]);
      const names = table.source.primaryKey;
      for (const row of await selectRows(group.source, table.source, table.key, where))
        claimed.delete(keyText(keyOf(row, names)));
      for (const [text, key] of claimed) extra.set(text, key);
    }
  }
  return extra;
}

async function* ownerPages(
  { target }: OpenGroup,
  table: Table,
  key: readonly Column[],
  owner: readonly Column[],
) {
  const columns = [...new Set([...key, ...owner])];
  const names = key.map(({ name }) => name);
  let after: Value[] | undefined;
  for (;;) {
    const rows = await selectRows(
      target,
      table,
      columns,
      `${whereRange(key, after)} ${orderBy(key)} LIMIT ${PAGE}`,
    );
    if (rows.length > 0)
      yield rows.map((row) =>
        keyOf(
          row,
          owner.map(({ name }) => name),
        ),
      );
    if (rows.length < PAGE) return;
    after = keyOf(rows.at(-1)!, names);
  }
}

function sourceKeyOf(table: GroupTable, owner: Value[]): Value[] {
  const row = Object.fromEntries(table.main.key.map(({ name }, index) => [name, owner[index]!]));
  return table.sourceKey(row);
}
