import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../chassis/config/load.ts';
import { init } from '../../../cli/commands/init.ts';
import type { CliContext } from '../../../cli/context.ts';

describe('strangler init', () => {
  let folder: string;
  let printed: string[];
  let context: CliContext;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-init-'));
    printed = [];
    context = {
      env: {},
      print: (text) => printed.push(text),
      json: () => {},
      warn: () => {},
      progress: () => {},
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes a config that is valid and sends everything to the monolith', async () => {
    const config = path.join(folder, 'strangler.yaml');
    expect(await init(context, { config })).to.equal(0);
    const loaded = await loadConfig(config, {});
    expect(loaded.config.legacy).to.equal('legacy');
    expect(loaded.config.routes).to.deep.equal([]);
    expect(loaded.config.upstreams).to.have.keys('legacy');
    expect(printed.join()).to.contain(config).and.contain('strangler check');
  });

  it('has examples that are valid once their comment signs are gone', async () => {
    const config = path.join(folder, 'strangler.yaml');
    await init(context, { config });
    const text = await readFile(config, 'utf8');
    const whole = text
      .replace('  # catalog:', '  catalog:')
      .replace('routes: []\n', 'routes:\n')
      .replaceAll(/^# {2}/gm, '  ');
    await writeFile(config, whole);
    const loaded = await loadConfig(config, {});
    expect(loaded.config.routes.map(({ id, stage }) => [id, stage])).to.deep.equal([
      ['products-read', 'shadow'],
    ]);
  });

  it('takes the file from $STRANGLER_CONFIG', async () => {
    const file = path.join(folder, 'other.yaml');
    await init({ ...context, env: { STRANGLER_CONFIG: file } }, {});
    await loadConfig(file, {});
  });

  it('leaves a file that is there as it is', async () => {
    const config = path.join(folder, 'strangler.yaml');
    await writeFile(config, 'mine');
    const error = await init(context, { config }).catch((caught) => caught);
    expect(error).to.include({ code: 'FILE_EXISTS', exit: 2 });
    expect(error.message).to.contain(config);
    expect(await readFile(config, 'utf8')).to.equal('mine');
  });

  it('says when it cannot write', async () => {
    const config = path.join(folder, 'no-such-folder', 'strangler.yaml');
    const error = await init(context, { config }).catch((caught) => caught);
    expect(error).to.include({ code: 'FILE_UNWRITABLE', exit: 2 });
  });
});
