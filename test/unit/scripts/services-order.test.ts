import { expect } from 'chai';
import type { RunningService, ServiceKind, ServiceProvider } from '../../../scripts/services/provider.ts';
import { askInOrder } from '../../../scripts/services/start.ts';

describe('the ways to get servers', () => {
  it('are asked in order, each for what the ones before it did not give', async () => {
    const asked: string[] = [];
    const way = (name: string, gives: ServiceKind[]) =>
      provider(gives, (kinds) => asked.push(`${name}: ${kinds}`));
    const found = await askInOrder(
      [way('first', ['redis']), way('second', ['mariadb', 'redis']), way('third', [])],
      {
        need: ['mariadb', 'redis'],
        started: [],
      },
    );
    expect(asked).to.deep.equal(['first: mariadb,redis', 'second: mariadb']);
    expect(found.redis.url).to.equal('redis://given');
  });

  it('are all told, with the reason of each, when none gives a server', async () => {
    const error = await askInOrder([provider([]), provider([])], { need: ['mariadb'], started: [] }).catch(
      (caught) => caught,
    );
    expect(error.code).to.equal('SERVICES_UNAVAILABLE');
    expect(error.message.match(/do this/g)).to.have.length(2);
    expect(error.message).to.contain('mariadb').and.contain('not here');
  });

  it('leave what was started to the caller when a later one fails', async () => {
    const started: RunningService[] = [];
    await askInOrder([provider(['redis']), provider([])], { need: ['mariadb', 'redis'], started }).catch(
      () => {},
    );
    expect(started.map((service) => service.url)).to.deep.equal(['redis://given']);
  });
});

function provider(
  gives: ServiceKind[],
  note: (kinds: readonly ServiceKind[]) => void = () => {},
): ServiceProvider {
  return {
    advice: 'do this',
    async provide(kinds) {
      note(kinds);
      const running: Partial<Record<ServiceKind, RunningService>> = {};
      const missing: Partial<Record<ServiceKind, string>> = {};
      for (const kind of kinds) {
        if (gives.includes(kind))
          running[kind] = { url: `${kind}://given`, origin: 'test', stop: async () => {} };
        else missing[kind] = 'not here';
      }
      return { running, missing };
    },
  };
}
