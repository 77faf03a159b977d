import { expect } from 'chai';
import { openStores } from '../../../facade/stores.ts';
import { OutcomeUnknown, type ToggleStore } from '../../../facade/toggles/toggle-store.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';

describe('While the toggle store is away', () => {
  let facade: TestFacade;
  let away: boolean;
  let lost: boolean;
  let toggles: ToggleStore;
  const at = (stage: string) =>
    config({
      legacy: 'http://127.0.0.1:9',
      service: 'http://127.0.0.1:9',
      routes: route('r', 'path: /api/:id', stage),
    });
  beforeEach(async () => {
    away = lost = false;
    const failing = (store: ToggleStore): ToggleStore => ({
      ...store,
      all: async () => (away ? Promise.reject(new Error('away')) : store.all()),
      setMany: async (changes) =>
        lost ? Promise.reject(new OutcomeUnknown('Command timed out')) : store.setMany(changes),
      change: async (...args) => (away ? Promise.reject(new Error('away')) : store.change(...args)),
    });
    facade = await startTestFacade(at('live'), {
      open: async (...args) => {
        const stores = await openStores(...args);
        toggles = stores.toggles;
        return { ...stores, toggles: failing(stores.toggles) };
      },
    });
  });
  afterEach(() => facade.close());
  const edit = async (stage: string, source: string) => {
    await facade.edit(at(stage));
    await until(async () => {
      const shown = await facade.route('r');
      return shown.file.stage === stage && shown.source === source;
    });
  };

  const history = async () =>
    (await toggles.history('r', 100)).map(({ action, from, to }) => `${action} ${from.stage} -> ${to.stage}`);

  it('a change of which nobody knows what became says so, and not that nothing was changed', async () => {
    lost = true;
    const change = await facade.change('POST', '/api/routes/r/rollback', { reason: 'test' });
    expect([change.status, change.body.code]).to.deep.equal([503, 'TOGGLE_OUTCOME_UNKNOWN']);
    expect(change.body.message).not.to.include('nothing was changed');
  });

  it('edits of the file count, and one that was undone again does not bring an older toggle back', async () => {
    await facade.change('PUT', '/api/routes/r/stage', { stage: 'legacy', reason: 'off', force: true });
    expect(await facade.route('r')).to.include({ stage: 'legacy', source: 'toggle' });
    away = true;
    await edit('shadow', 'file');
    await edit('live', 'file');
    away = false;
    // Anything that is written makes the facade look again.
    await toggles.append({
      ...{ route: 'other', at: 1, actor: 'x', role: 'system', action: 'set', reason: 'x', forced: false },
      ...{ from: { stage: 'live', percent: 0 }, to: { stage: 'live', percent: 0 }, configVersion: '' },
    });
    await until(async () => (await facade.status()).store.available);
    expect(await facade.route('r')).to.include({ stage: 'live', source: 'file' });
    await toggles.change(({ toggles: set, bases }) => {
      expect(bases.get('r')).to.include({ stage: 'live' });
      expect(bases.get('r')!.at).to.be.greaterThan(set.get('r')!.at);
      return { entries: [] };
    });
    expect((await history()).slice(0, 2)).to.deep.equal(['file shadow -> live', 'file legacy -> shadow']);
  });
});
