import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cliPage } from '../../scripts/docs/cli-page.ts';

describe('docs/reference/cli.md', () => {
  it('says of every command and option what the command itself says, and of no other', () => {
    const page = readFileSync('docs/reference/cli.md', 'utf8');
    expect(page, 'run: node --conditions=source scripts/docs/write-cli.ts').to.equal(cliPage());
  });
});
