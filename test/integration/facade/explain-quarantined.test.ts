import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { explained } from './rig/explained.ts';
import { config, route, startTestFacade } from './rig/facade.ts';

const UPSTREAM = 'http://127.0.0.1:9';
const text = (...routes: string[]) =>
  config({ legacy: UPSTREAM, service: UPSTREAM, routes: routes.join('') });
const one = (rest = '') => route('one', 'path: "/api/:id"', 'shadow', rest);

describe('strangler route explain, of quarantined routes', () => {
  it('says which keeps its last good form, and which is left out and might have named the request', async () => {
    const facade = await startTestFacade(text(one()));
    try {
      const bare = await explained(facade, { url: '/api/7' });
      expect(bare).not.to.have.any.keys('leftOut');
      expect(bare.route).not.to.have.any.keys('quarantined');
      await facade.edit(text(one(', sttep: 1'), route('new', 'path: "/new/*/x"', 'live')));
      await until(async () => (await facade.status()).quarantined.length === 2, { what: 'quarantine' });
      const kept = await explained(facade, { url: '/api/7' });
      expect(kept.route).to.include({ id: 'one', stage: 'shadow' });
      expect(kept.route?.quarantined).to.match(/^line \d+: sttep: found the unknown key/);
      expect(kept.why.join(' ')).to.include('It is quarantined, and its last good form counts: line ');
      const left = await explained(facade, { url: '/new/1/x' });
      expect([left.route, left.leftOut?.map((lost) => lost.route)]).to.deep.equal([undefined, ['new']]);
      expect(left.why.join(' ')).to.include('Route new is quarantined and left out: line ');
    } finally {
      await facade.close();
    }
  });
});
