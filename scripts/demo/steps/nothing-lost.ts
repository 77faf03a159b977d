/** The traffic ends; every acknowledged write is in both databases, and both are equal. */
import { connect } from 'strangler-kit/chassis';
import type { LedgerEntry } from '../../traffic/ledger.ts';
import type { Step, Story } from '../story.ts';
import { must } from '../strangler.ts';
import { verifyGroup } from './verify.ts';

interface Side {
  name: string;
  url: string;
  sql: string;
}

export const nothingLost: Step = {
  title: 'Verify again: nothing is lost',
  async run(story) {
    const { observe, show } = story;
    const ledger = await observe.stopTraffic();
    const proof = await verifyGroup(story);
    const { legacyDb, catalogDb } = story.system.at.urls;
    const sides: Side[] = [
      {
        name: 'legacy',
        url: legacyDb,
        sql: "SELECT CAST(prd_id AS CHAR) id, prd_prc cents, prd_del = 'Y' deleted FROM tbl_prod",
      },
      {
        name: 'catalog',
        url: catalogDb,
        sql: 'SELECT CAST(id AS CHAR) id, ROUND(price * 100) cents, deleted FROM products',
      },
    ];
    for (const side of sides) {
      const lost = await lostWrites(side, ledger);
      must(
        lost.length === 0,
        `every acknowledged write in ${side.name}, lost: ${JSON.stringify(lost.slice(0, 5))}`,
      );
    }
    show.note(`${ledger.length} products with acknowledged writes looked up in both databases`);
    await assertNoFailures(story);
    return `${proof}; ${ledger.length} written products as acknowledged on both sides`;
  },
};

async function lostWrites({ url, sql }: Side, ledger: LedgerEntry[]): Promise<LedgerEntry[]> {
  const connection = await connect(url);
  try {
    const [rows] = await connection.query(sql);
    const found = new Map(
      (rows as { id: string; cents: string; deleted: number | string }[]).map((row) => [row.id, row]),
    );
    return ledger.filter(({ id, cents, deleted }) => {
      const row = found.get(id);
      if (deleted) return row !== undefined && Number(row.deleted) !== 1;
      return row === undefined || Number(row.cents) !== cents || Number(row.deleted) === 1;
    });
  } finally {
    await connection.end();
  }
}

async function assertNoFailures({ observe }: Story): Promise<void> {
  const { failed, failures } = await observe.traffic();
  must(failed === 0, `no failed client request in the whole story, found ${failed}: ${failures.join('; ')}`);
}
