import { expect } from 'chai';
import { keysOf } from '../../../migrations/copy/secondary-keys.ts';

const STATEMENT = `CREATE TABLE \`t\` (
  \`id\` int(11) NOT NULL COMMENT '\\n  KEY \`no\` (\`id\`)',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`u\` (\`a\`),
  KEY \`by \`\`a\` (\`a\`(8) DESC,\`b\`) USING BTREE COMMENT 'it''s, one',
  FULLTEXT KEY \`words\` (\`c\`),
  KEY \`last\` (\`b\`),
  CONSTRAINT \`c\` CHECK (\`a\` <> 'KEY')
) ENGINE=InnoDB`;

describe('the plain keys of a CREATE TABLE statement', () => {
  it('are found with all they say, and nothing else is', () => {
    expect(keysOf('t', STATEMENT)).to.deep.equal([
      {
        table: 't',
        name: 'by `a',
        definition: "KEY `by ``a` (`a`(8) DESC,`b`) USING BTREE COMMENT 'it''s, one'",
      },
      { table: 't', name: 'last', definition: 'KEY `last` (`b`)' },
    ]);
  });
});
