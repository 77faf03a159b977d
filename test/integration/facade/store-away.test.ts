import { expect } from 'chai';
import { openStores } from '../../../facade/stores.ts';
import type { ToggleStore } from '../../../facade/toggles/toggle-store.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';

describe('While the toggle store is away', () => {
  let facade: TestFacade;
  let away: boolean;
  let toggles: ToggleStore;
  const at = (stage: string) =>
    config({
      legacy: 'http://127.0.0.1:9',
      service: 'http://127.0.0.1:9',
      routes: route('r', 'path: /api/:id', stage),
    });
  beforeEach(async () => {
    away = false;
    const failing = (store: ToggleStore): ToggleStore => ({
      ...store,
      all: async () => (away ? Promise.reject(new Error('away')) : store.all()),
      noteBase: async (...args) => (away ? Promise.reject(new Error('away')) : store.noteBase(...args)),
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
    const told = await toggles.noteBase('r', { stage: 'live', percent: 0 }, Date.now());
    expect(told.base.at).to.be.greaterThan((await toggles.all()).get('r')!.at);
  });
});
