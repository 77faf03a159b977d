import { expect } from 'chai';
import type { HistoryView } from '../../../facade/admin/views.ts';
import { openStores } from '../../../facade/stores.ts';
import type { ToggleStore } from '../../../facade/toggles/toggle-store.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('Edits of the config file', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  const at = (stage: string, rest = '') =>
    config({ legacy: legacy.url, service: service.url, routes: route('r', 'path: /api/:id', stage, rest) });
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    facade = await startTestFacade(at('legacy'));
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const side = async () => {
    const answer = await fetch(`${facade.url}/api/1`);
    await answer.text();
    return answer.headers.get('x-answered-by') ?? String(answer.status);
  };

  it('come into force under load without a failed request', async () => {
    let stop = false;
    const seen = new Map<string, number>();
    const load = Array.from({ length: 8 }, async () => {
      while (!stop) {
        const by = await side().catch((error) => String(error));
        seen.set(by, (seen.get(by) ?? 0) + 1);
      }
    });
    for (const stage of ['live', 'legacy', 'live']) {
      await facade.edit(at(stage));
      await until(async () => (await facade.route('r')).stage === stage, { what: `stage ${stage}` });
    }
    stop = true;
    await Promise.all(load);
    expect([...seen.keys()].sort()).to.deep.equal(['legacy', 'service']);
  });

  it('that are invalid leave the last good version in force, and say so everywhere', async () => {
    await facade.edit(at('live').replace('500ms', 'soon'));
    await until(async () => !(await facade.status()).config.valid, { what: 'the status to say invalid' });
    const { config: state } = await facade.status();
    expect(state.problem?.code).to.equal('CONFIG_INVALID');
    expect(await side()).to.equal('legacy');
    expect(await facade.metrics()).to.match(/strangler_config_valid\{[^}]*\} 0/);
    expect(
      facade.log.some(({ level, message }) => level === 'error' && /last good/.test(String(message))),
    ).to.equal(true);

    await facade.edit(at('live'));
    await until(async () => (await facade.status()).config.valid);
    expect(await side()).to.equal('service');
    expect(await facade.metrics()).to.match(/strangler_config_valid\{[^}]*\} 1/);
  });

  it('that name a breaker that cannot work are invalid too', async () => {
    await facade.edit(at('live').replace('timeout: 500ms', 'timeout: 20s'));
    await until(async () => (await facade.status()).config.problem?.code === 'CONFIG_INVALID');
    expect(await side()).to.equal('legacy');
  });

  it('that need a restart say so, and the rest comes into force', async () => {
    await facade.edit(at('live').replace('admin: "127.0.0.1:0"', 'admin: "127.0.0.1:8099"'));
    await until(async () => (await facade.route('r')).stage === 'live');
    expect((await facade.status()).config.restartNeeded).to.deep.equal(['facade.admin']);
    const warned = facade.log.filter(({ message }) => /after a restart/.test(String(message)));
    expect(warned.map(({ level, keys }) => ({ level, keys }))).to.deep.equal([
      { level: 'warn', keys: ['facade.admin'] },
    ]);
  });

  it('end a toggle for good that was set by a clock which is ahead', async () => {
    await facade.close();
    let toggles: ToggleStore | undefined;
    facade = await startTestFacade(at('legacy'), {
      open: async (...args) => {
        const stores = await openStores(...args);
        ({ toggles } = stores);
        return stores;
      },
    });
    const ahead = Date.now() + 60_000;
    const [from, to] = [{ stage: 'legacy', percent: 0 } as const, { stage: 'live', percent: 0 } as const];
    const said = { route: 'r', actor: 'ann', reason: 'test', at: ahead };
    await toggles!.set({ ...said, ...to, basedOn: from, revision: 1 }, 0, {
      ...{ ...said, role: 'admin', action: 'set', from, to, forced: true, configVersion: '' },
    });
    await until(async () => (await side()) === 'service');
    for (const stage of ['shadow', 'legacy']) {
      await facade.edit(at(stage));
      await until(async () => (await facade.route('r')).file.stage === stage, {
        what: `the file on ${stage}`,
      });
      expect(await facade.route('r')).to.include({ stage, source: 'file' });
    }
    expect(await side()).to.equal('legacy');
  });

  it('win over an earlier toggle, with a line of history', async () => {
    await facade.change('PUT', '/api/routes/r/stage', {
      stage: 'live',
      reason: 'try',
      actor: 'ann',
      force: true,
    });
    expect(await side()).to.equal('service');
    expect(await facade.route('r')).to.include({ drift: 'toggle-over-file' });
    await facade.edit(at('shadow'));
    await until(async () => (await facade.route('r')).source === 'file');
    expect(await side()).to.equal('legacy');
    const shown = await facade.route('r');
    expect(shown).to.include({ stage: 'shadow', drift: 'file-over-toggle' });
    expect(await facade.metrics()).to.match(/strangler_route_drift\{[^}]*route="r"[^}]*\} 1/);
    expect(shown.toggle).to.include({ stage: 'live', actor: 'admin (for ann)', inForce: false });
    const history = await facade.read<HistoryView>('/api/routes/r/history');
    expect(
      history.entries.map(({ actor, from, to }) => `${actor}: ${from.stage} → ${to.stage}`),
    ).to.deep.equal(['config file: live → shadow', 'admin (for ann): legacy → live']);
  });
});
