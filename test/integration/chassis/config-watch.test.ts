import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type LoadedConfig, loadConfig } from '../../../chassis/config/load.ts';
import { watchConfig } from '../../../chassis/config/watch.ts';
import { until } from '../../support/wait.ts';

const withStage = (stage: string) => `upstreams: { legacy: { url: "http://127.0.0.1:3000" } }
legacy: legacy
routes: [ { id: a, match: { path: /a }, service: legacy, stage: ${stage} } ]
`;

describe('watching a config', () => {
  let folder: string;
  let file: string;
  let stages: string[];
  let invalid: { code: string; message: string }[];
  let watcher: { close(): void };
  let first: LoadedConfig;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'watch-'));
    file = path.join(folder, 'strangler.yaml');
    await writeFile(file, withStage('legacy'));
    stages = [];
    invalid = [];
    first = await loadConfig(file, {});
    watcher = watchConfig({
      current: first,
      env: {},
      interval: 5,
      onChange: ({ config }) => void stages.push(config.routes[0]!.stage),
      onInvalid: (error) => void invalid.push(error as { code: string; message: string }),
    });
  });
  afterEach(async () => {
    watcher.close();
    await rm(folder, { recursive: true });
  });

  const edit = async (text: string) => {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const flush = async (stage: string) => {
    const before = stages.length;
    await edit(withStage(stage));
    await until(() => stages.length > before && stages.at(-1) === stage, { what: `stage ${stage}` });
  };

  it('tells each valid edit, and nothing for the version in force', async () => {
    await flush('shadow');
    await flush('live');
    expect(stages).to.deep.equal(['shadow', 'live']);
  });

  it('picks up a file that is written in place', async () => {
    await writeFile(file, withStage('canary'));
    await until(() => stages.includes('canary'));
  });

  it('takes no text that the next look does not find again, be it valid by itself', async () => {
    const more = '  - { id: b, match: { path: /b }, service: legacy, stage: live }\n';
    const half = withStage('live').replace('routes: [ {', 'routes:\n  - {').replace('} ]', '}');
    const looks = [withStage('legacy'), half, 'legacy: [', half, half + more];
    const seen: number[] = [];
    const slow = watchConfig({
      ...{ current: first, env: {}, interval: 1, read: async () => looks.shift() ?? half + more },
      onChange: ({ config }) => void seen.push(config.routes.length),
      onInvalid: () => void seen.push(-1),
    });
    await until(() => seen.length > 0, { what: 'the whole file' });
    slow.close();
    expect(seen).to.deep.equal([2]);
  });

  it('follows a mounted volume, whose links are swapped', async () => {
    const mounted = path.join(folder, 'mounted');
    for (const [version, stage] of [
      ['v1', 'legacy'],
      ['v2', 'shadow'],
    ] as const) {
      await mkdir(path.join(mounted, version), { recursive: true });
      await writeFile(path.join(mounted, version, 's.yaml'), withStage(stage));
    }
    await symlink('v1', path.join(mounted, '..data'));
    await symlink('..data/s.yaml', path.join(mounted, 's.yaml'));
    const seen: string[] = [];
    const link = watchConfig({
      ...{ current: await loadConfig(path.join(mounted, 's.yaml'), {}), env: {}, interval: 5 },
      onChange: ({ config }) => void seen.push(config.routes[0]!.stage),
      onInvalid: () => void seen.push('invalid'),
    });
    await symlink('v2', path.join(mounted, '..new'));
    await rename(path.join(mounted, '..new'), path.join(mounted, '..data'));
    await until(() => seen.length > 0, { what: 'the swap' });
    link.close();
    expect(seen).to.deep.equal(['shadow']);
  });

  it('reports an invalid edit once, and goes on with the next valid one', async () => {
    await edit(withStage('bogus'));
    await until(() => invalid.length > 0);
    await flush('shadow');
    expect(invalid.map(({ code }) => code)).to.deep.equal(['CONFIG_INVALID']);
    expect(invalid[0]?.message).to.include(`${file}:3:`).and.include('found "bogus"');
    expect(stages).to.deep.equal(['shadow']);
  });

  it('reports each of two invalid edits', async () => {
    await edit(withStage('bogus'));
    await until(() => invalid.length === 1);
    await edit('legacy: [');
    await until(() => invalid.length === 2);
    expect(stages).to.deep.equal([]);
  });

  it('tells when the first version is written again', async () => {
    await flush('shadow');
    await flush('legacy');
    await edit(withStage('bogus'));
    await until(() => invalid.length === 1);
    await flush('legacy');
    expect(stages).to.deep.equal(['shadow', 'legacy', 'legacy']);
  });

  it('reports a file that is gone, and takes it again when it is back', async () => {
    await rm(file);
    await until(() => invalid.length === 1);
    expect(invalid[0]?.code).to.equal('CONFIG_UNREADABLE');
    await flush('live');
  });

  it('tells nothing after it is closed', async () => {
    watcher.close();
    await edit(withStage('live'));
    const other: string[] = [];
    const second = watchConfig({
      current: first,
      env: {},
      interval: 5,
      onChange: () => void other.push('seen'),
      onInvalid: () => {},
    });
    await until(() => other.length > 0, { what: 'a watcher that is open to see it' });
    second.close();
    expect(stages).to.deep.equal([]);
  });
});
