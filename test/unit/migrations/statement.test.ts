import { expect } from 'chai';
import { judgeStatement } from '../../../migrations/stream/statement.ts';

const judge = (statement: string, current = 'shop') =>
  judgeStatement(statement, current, 'shop', ['tbl_prod', 'tbl_cat']);

describe('statements in the binlog', () => {
  const CASES: [string, string, string?][] = [
    ['BEGIN', 'begin'],
    ['COMMIT', 'commit'],
    ['ROLLBACK', 'rollback'],
    ['SAVEPOINT `a`', 'savepoint'],
    ['ROLLBACK TO `a`', 'savepoint'],
    ['ANALYZE TABLE tbl_prod', 'pass'],
    ['CREATE INDEX x ON tbl_prod (a)', 'pass'],
    ['ALTER TABLE other ADD a INT', 'pass'],
    ['/* note */ ALTER TABLE `tbl_prod` ADD a INT', 'refuse'],
    ['ALTER TABLE tbl_prod_old ADD a INT', 'pass'],
    ['RENAME TABLE shop.tbl_cat TO shop.c', 'refuse', 'elsewhere'],
    ['TRUNCATE tbl_prod', 'refuse'],
    ['TRUNCATE tbl_prod', 'pass', 'elsewhere'],
    ['DROP DATABASE shop', 'refuse', 'elsewhere'],
    ['UPDATE tbl_prod SET a = 1', 'refuse'],
    ['INSERT INTO some_view VALUES (1)', 'refuse'],
    ['INSERT INTO t VALUES (1)', 'pass', 'elsewhere'],
    ['DELETE FROM shop.tbl_prod', 'refuse', 'elsewhere'],
    ['DROP TEMPORARY TABLE IF EXISTS `tbl_prod`', 'pass'],
    ['GRANT SELECT ON shop.tbl_prod TO x', 'pass'],
  ];
  for (const [statement, kind, current] of CASES)
    it(`${kind}: ${statement}${current ? ` (in ${current})` : ''}`, () =>
      expect(judge(statement, current).kind).to.equal(kind));
});
