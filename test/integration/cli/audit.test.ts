import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { link } from '../../../facade/audit/chain.ts';
import type { AuditDraft, AuditEntry } from '../../../facade/audit/entry.ts';
import { startProcess } from '../../support/processes.ts';
import { config, route, startTestFacade, TOKEN } from '../facade/rig/facade.ts';

const draft: AuditDraft = {
  ...{ at: 1, actor: 'ann', role: 'operator', action: 'set', route: 'a', reason: 'x', forced: false },
  ...{ from: { stage: 'legacy', percent: 0 }, to: { stage: 'shadow', percent: 0 }, configVersion: 'v' },
};
const START = { sequence: 0, hash: '0'.repeat(64) };

describe('strangler audit verify', () => {
  let folder: string;
  const entries: AuditEntry[] = [];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-audit-'));
    for (let index = 0; index < 4; index += 1) entries.push(link(entries.at(-1) ?? START, draft));
  });
  after(() => rm(folder, { recursive: true }));
  const strangler = async (args: string[], env: Record<string, string> = {}) => {
    const command = startProcess('cli/main.ts', ['audit', 'verify', ...args], { env });
    return { code: await command.ended, output: command.output(), stdout: command.stdout() };
  };
  const ofFile = async (lines: readonly unknown[], ...args: string[]) => {
    const file = path.join(folder, 'audit.jsonl');
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return strangler(['--file', file, ...args]);
  };

  it('ends with 0 for a file that is as it was written, and prints its head', async () => {
    const { code, stdout } = await ofFile([...entries, entries[3]]);
    expect([code, stdout]).to.deep.equal([0, `intact: 4 entries, 1 to 4\n  head 4:${entries[3]!.hash}\n`]);
    const later = await ofFile(entries.slice(2), '--head', `4:${entries[3]!.hash}`);
    expect([later.code, later.stdout]).to.satisfy(
      ([code, text]: [number, string]) => code === 0 && text.includes('entry 2 and those before it'),
    );
  });

  it('ends with 0 for a chain that itself tells what the store lost, and prints that', async () => {
    const { sequence, hash } = entries[1]!;
    const lost = link(entries[3]!, { ...draft, action: 'lost', lost: { sequence, hash } });
    const { code, stdout } = await ofFile([...entries.slice(0, 2), lost]);
    expect([code, stdout.split('\n').slice(0, 2)]).to.deep.equal([
      0,
      [
        'intact: 3 entries, 1 to 5',
        '  LOST by the store: entry 5 tells of others after 2 which are not here',
      ],
    ]);
  });

  it('ends with 1 for an edit, a missing line, a missing end, and what is no entry', async () => {
    const cases: [readonly unknown[], string[], RegExp][] = [
      [entries.with(1, { ...entries[1]!, actor: 'eve' }), [], /BROKEN at entry 2, .* it was changed/],
      [entries.toSpliced(1, 1), [], /BROKEN at entry 3, .* it follows 1/],
      [entries.slice(0, 2), ['--head', `4:${entries[3]!.hash}`], /BROKEN at entry 3, .* missing/],
      [
        [...entries.slice(0, 2), { hello: 1 }, ...entries.slice(2)],
        [],
        /BROKEN at entry 3, .* line 3 is no entry/,
      ],
    ];
    for (const [lines, args, says] of cases) {
      const { code, stdout } = await ofFile(lines, ...args);
      expect(code, stdout).to.equal(1);
      expect(stdout).to.match(says);
    }
    expect((await strangler(['--file', path.join(folder, 'none')])).output).to.match(/^FILE_UNREADABLE: /m);
    expect((await strangler(['--head', '4'])).code).to.equal(2);
  });

  it('asks a running facade, over many pages', async () => {
    const routes = route('a', 'path: /a', 'shadow');
    const facade = await startTestFacade(
      config({ legacy: 'http://127.0.0.1:1', service: 'http://127.0.0.1:1', routes }),
    );
    try {
      const file = path.join(folder, 'strangler.yaml');
      const text = config({ legacy: 'http://127.0.0.1:1', service: 'http://127.0.0.1:1', routes });
      await writeFile(file, text.replace('admin: "127.0.0.1:0"', `admin: "${new URL(facade.admin).host}"`));
      const env = { STRANGLER_ADMIN_TOKEN: TOKEN };
      expect((await strangler(['--config', file], env)).stdout).to.equal('intact: nothing was changed yet\n');
      const change = { stage: 'shadow', reason: 'x', force: true };
      for (let count = 0; count < 1_001; count += 1)
        await facade.change('PUT', '/api/routes/a/stage', change);
      const { code, stdout } = await strangler(['--config', file, '--json'], env);
      expect(code, stdout).to.equal(0);
      expect(JSON.parse(stdout)).to.include({ intact: true, entries: 1_001 });
    } finally {
      await facade.close();
    }
    expect(await readFile(path.join(folder, 'strangler.yaml'), 'utf8')).to.include('routes');
  }).timeout(60_000);
});
