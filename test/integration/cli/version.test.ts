import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { repoRoot, startProcess } from '../../support/processes.ts';

describe('strangler --version', () => {
  it('prints what package.json says, and nothing else', async () => {
    const { version } = JSON.parse(await readFile(path.join(repoRoot, 'package.json'), 'utf8'));
    for (const flag of ['--version', '-V']) {
      const command = startProcess('cli/main.ts', [flag]);
      expect(await command.ended).to.equal(0);
      expect(command.output()).to.equal(`${version}\n`);
    }
  });
});
