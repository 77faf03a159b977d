import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { createProgram } from '../../../cli/program.ts';
import { startProcess } from '../../support/processes.ts';

/** Runs the command to its end. */
async function strangler(args: string[], env: Record<string, string | undefined> = {}) {
  const command = startProcess('cli/main.ts', args, { env });
  const code = await command.ended;
  return { code, output: command.output(), stdout: command.stdout() };
}

describe('the command line', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-usage-'));
  });
  after(() => rm(folder, { recursive: true }));

  describe('ends with exit code 2 and one clear line for', () => {
    const wrong: [string, string[], RegExp][] = [
      ['an unknown command', ['fly'], /^error: unknown command 'fly'$/m],
      ['an unknown command of a group', ['route', 'fly'], /^error: unknown command 'fly'$/m],
      ['an unknown option', ['status', '--loud'], /^error: unknown option '--loud'$/m],
      ['a missing argument', ['data', 'copy'], /^error: missing required argument 'group'$/m],
      [
        'a move without a reason',
        ['route', 'promote', 'products-read'],
        /^error: required option '--reason <text>' not specified$/m,
      ],
      [
        'a percent that is too large',
        ['route', 'set', 'products-read', 'canary', '--percent', '101', '--reason', 'x'],
        /Found 101, expected a number from 0 to 100\.$/m,
      ],
      [
        'a percent that is no number',
        ['route', 'set', 'products-read', 'canary', '--percent', 'ten', '--reason', 'x'],
        /Found ten, expected a number from 0 to 100\.$/m,
      ],
      [
        'a duration that is none',
        ['override', 'sign', '--side', 'service', '--for', '8'],
        /Found 8, expected a duration such as 30m or 8h\.$/m,
      ],
      [
        'a replay without requests',
        ['compare', 'replay'],
        /^error: required option '--requests <file>' not specified$/m,
      ],
    ];
    for (const [what, args, line] of wrong)
      it(what, async () => {
        const { code, output, stdout } = await strangler(args);
        expect(output).to.match(line);
        expect(stdout, 'nothing for a pipe to take for a result').to.equal('');
        expect(code).to.equal(2);
      });
  });

  it('lists every command in the help of its group', () => {
    const silent = { env: {}, print: () => {}, json: () => {}, warn: () => {}, progress: () => {} };
    const program = createProgram(silent, () => {});
    const words = (name?: string) =>
      (name === undefined ? program : program.commands.find((one) => one.name() === name)!)
        .helpInformation()
        .split('Commands:')[1]!
        .split('\n')
        .flatMap((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? [])
        .filter((word) => word !== 'help');
    const top =
      'init check facade sidecar worker status route override cookie token audit compare data schema'.split(
        ' ',
      );
    expect(words()).to.have.members(top);
    expect(words('route')).to.have.members(['list', 'set', 'promote', 'rollback', 'history', 'explain']);
    expect(words('compare')).to.have.members(['live', 'replay']);
    expect(words('data')).to.include.members([
      'plan',
      'copy',
      'stream',
      'verify',
      'pause',
      'resume',
      'status',
    ]);
    expect(words('schema')).to.have.members(['up', 'down', 'status']);
  });

  it('prints help on standard output with exit code 0', async () => {
    const { code, stdout } = await strangler(['route', 'set', '--help']);
    expect(code).to.equal(0);
    expect(stdout).to.contain('Usage: strangler route set [options] <id> <stage>').and.contain('--reason');
  });

  it('says that there is no config, and how to get one', async () => {
    const { code, output } = await strangler(['route', 'list', '--config', path.join(folder, 'none.yaml')]);
    expect(output).to.match(/^CONFIG_UNREADABLE: Config \S+none\.yaml cannot be read \(.*ENOENT/m);
    expect(output).to.contain('strangler init');
    expect(code).to.equal(2);
  });

  it('tells all problems of a config at once, with their lines', async () => {
    const file = path.join(folder, 'broken.yaml');
    await writeFile(
      file,
      [
        'upstreams: { legacy: { url: "http://127.0.0.1:1" } }',
        'legacy: lagacy',
        'routes:',
        '  - { id: a, match: { path: /a }, service: nobody, stage: sideways }',
        'rotes: []',
      ].join('\n'),
    );
    const { code, output } = await strangler(['check', '--config', file]);
    expect(code).to.equal(2);
    expect(output).to.match(/^CONFIG_INVALID: Config \S+ has \d problem\(s\):$/m);
    for (const place of [':2:', ':4:', ':5:']) expect(output).to.contain(`broken.yaml${place}`);
    expect(output).to.contain('lagacy').and.contain('nobody').and.contain('sideways').and.contain('rotes');
  });

  it('says which process does not answer, with exit code 4', async () => {
    const file = path.join(folder, 'alone.yaml');
    await writeFile(
      file,
      'facade: { listen: "127.0.0.1:1", admin: "127.0.0.1:2" }\nupstreams: { legacy: { url: "http://127.0.0.1:1" } }\nlegacy: legacy\nroutes: []\n',
    );
    const env = { STRANGLER_CONFIG: file };
    const [list, data, status] = await Promise.all([
      strangler(['route', 'list'], env),
      strangler(['data', 'status'], env),
      strangler(['status'], env),
    ]);
    expect(list.output).to.match(
      /^ADMIN_UNREACHABLE: The facade does not answer at http:\/\/127\.0\.0\.1:2 /m,
    );
    expect(data.output).to.match(/^ADMIN_UNREACHABLE: The worker does not answer at /m);
    expect(status.output).to.contain('The facade does not answer');
    expect([list.code, data.code, status.code]).to.deep.equal([4, 4, 4]);
  });
});
