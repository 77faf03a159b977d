import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as acl from '../../../acl/index.ts';

const page = readFileSync(new URL('../../../docs/how-to/write-a-mapping.md', import.meta.url), 'utf8');

describe('the page on mappings', () => {
  it('names nothing that the package does not export', () => {
    const named = [...page.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name!);
    expect(named).to.have.length.above(10);
    for (const name of named) expect(acl).to.have.property(name);
  });

  it('names every code that a mapping’s author can meet', () => {
    const codes = Object.keys(acl.aclErrors.table).filter((code) => code !== 'ACL_ROWS_INCOMPLETE');
    for (const code of codes) expect(page).to.contain(code);
  });

  it('shows a mapping that works', () => {
    const { cents, compileTable, defineTable, flag, integer, letters } = acl;
    const columns = [
      { source: 'prd_id', target: 'id', codec: integer('BIGINT UNSIGNED') },
      { source: 'prd_prc', target: 'price', codec: cents() },
      { source: 'prd_sts', target: 'status', codec: letters({ A: 'active', D: 'discontinued' }) },
      { source: 'prd_act', target: 'active', codec: flag() },
    ];
    for (const { source, target } of columns)
      expect(page).to.contain(`source: '${source}', target: '${target}'`);
    const key = { source: 'prd_id', target: 'id' };
    const table = compileTable(defineTable({ source: 'tbl_prod', target: 'products', key, columns }));
    expect(
      table.toTarget({ prd_id: '9', prd_prc: '1234', prd_sts: 'A', prd_act: 'N' })[0]!.row,
    ).to.deep.equal({
      id: '9',
      price: '12.34',
      status: 'active',
      active: '0',
    });
  });
});
