import { expect } from 'chai';
import type { UpgradePlan } from '../../../../facade/forwarding/upgrade-plan.ts';
import type { View } from '../../../../facade/in-force.ts';
import { type Connection, createConnections } from '../../../../facade/websocket/connections.ts';

describe('the list of WebSockets', () => {
  const ASKED = { headers: {}, rawHeaders: [] };
  const plan = (name: string) => ({ upstream: { name } }) as UpgradePlan;
  const list = (upgrades?: number) =>
    createConnections({
      view: () => ({ admission: { limits: { upgrades } } }) as View,
      monotonic: () => 0,
      random: () => 0,
    });
  const told: number[] = [];
  const joined = { close: (code: number) => void told.push(code), received: () => 0, sent: () => 0 };
  beforeEach(() => {
    told.length = 0;
  });

  it('counts by upstream, and gives a place back once', () => {
    const websockets = list(2);
    const first = websockets.enter(plan('a'), ASKED) as Connection;
    websockets.enter(plan('b'), ASKED);
    expect(websockets.enter(plan('b'), ASKED)).to.equal('UPGRADES_FULL');
    first.ended();
    first.ended();
    expect([...websockets.open()]).to.deep.equal([['b', 1]]);
    expect(websockets.enter(plan('b'), ASKED)).to.be.an('object');
    expect(websockets.enter(plan('b'), ASKED)).to.equal('UPGRADES_FULL');
    websockets.close();
  });

  it('lets nobody in while it closes, and tells each once: who opens later as soon as it is open', () => {
    const websockets = list();
    const [open, opening] = [websockets.enter(plan('a'), ASKED), websockets.enter(plan('a'), ASKED)];
    (open as Connection).opened(joined);
    websockets.close();
    expect(websockets.enter(plan('a'), ASKED)).to.equal('FACADE_CLOSING');
    expect(told).to.deep.equal([1012]);
    (opening as Connection).opened(joined);
    websockets.close();
    expect(told).to.deep.equal([1012, 1012]);
    for (const one of [open, opening]) (one as Connection).ended();
  });
});
