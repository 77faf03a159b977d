import { expect } from 'chai';
import { systemClock } from '../../../chassis/clock.ts';
import { createConsulResolver } from '../../../chassis/discovery/consul-resolver.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { type ConsulManners, startFakeConsul } from '../../support/registries/fake-consul.ts';
import { until } from '../../support/wait.ts';

describe('the resolver at Consul', () => {
  let consul: Awaited<ReturnType<typeof startFakeConsul>>;
  let resolver: ReturnType<typeof createConsulResolver>;

  beforeEach(async () => {
    consul = await startFakeConsul();
  });
  afterEach(async () => {
    await resolver.close();
    await consul.stop();
  });

  const open = (more: object = {}) => {
    resolver = createConsulResolver({
      ...{ log: createNullLogger(), clock: systemClock, random: Math.random },
      ...{ url: consul.url, wait: 2_000, retry: { least: 20, most: 40 } },
      ...more,
    });
    return resolver.follow('catalog');
  };
  const hosts = () => resolver.instances('catalog').map(({ url }) => new URL(url).hostname);

  it('waits for a change instead of asking again', async () => {
    consul.set('127.0.0.2');
    await open();
    const last = () => consul.asked.at(-1)!.url.searchParams;
    await until(() => last().get('index') === '11', { what: 'a blocking query' });
    expect(last().get('wait')).to.equal('2000ms');
    expect(last().get('passing')).to.equal('true');
    consul.set('127.0.0.3');
    await until(() => hosts().join() === '127.0.0.3');
    expect(consul.queries()).to.be.at.most(4);
  });

  for (const manners of ['index-zero', 'index-falling', 'always-at-once'] as ConsulManners[]) {
    it(`neither spins nor misses a change when the agent is ${manners}`, async () => {
      consul.behave(manners);
      consul.set('127.0.0.2');
      const rate = { burst: 2, interval: 100 };
      const began = systemClock.monotonic();
      await open({ rate });
      await until(() => consul.queries() >= 5, { what: 'five queries' });
      consul.set('127.0.0.3');
      await until(() => hosts().join() === '127.0.0.3', { what: 'the change' });
      const elapsed = systemClock.monotonic() - began;
      expect(consul.queries()).to.be.at.most(rate.burst + 1 + elapsed / rate.interval);
    });
  }

  it('starts again without an index when the index goes backwards, and never asks for one below 1', async () => {
    consul.behave('index-falling');
    consul.set('127.0.0.2');
    await open({ rate: { burst: 2, interval: 10 } });
    await until(() => consul.queries() >= 6);
    const asked = consul.asked.map(({ url }) => url.searchParams.get('index'));
    expect(asked.slice(0, 3)).to.deep.equal([null, '10', null]);
    consul.behave('index-zero');
    const from = consul.queries();
    await until(() => consul.queries() >= from + 4);
    const zero = consul.asked.slice(from + 2).map(({ url }) => url.searchParams.get('index'));
    expect(new Set(zero)).to.deep.equal(new Set(['1']));
  });

  for (const manners of ['error', 'no-json'] as ConsulManners[]) {
    it(`keeps what it knew when the agent answers with ${manners}`, async () => {
      consul.set('127.0.0.2');
      await open({ rate: { burst: 2, interval: 10 } });
      consul.behave(manners);
      await until(() => resolver.state('catalog').kind === 'stale');
      expect(resolver.state('catalog')).to.include({ reason: 'unreachable' });
      expect(hosts()).to.deep.equal(['127.0.0.2']);
    });
  }

  it('sends token and datacenter, and writes a name so that it stays one part of the path', async () => {
    await open({ token: 'secret', datacenter: 'dc 2' });
    await resolver.follow('a/../b?c');
    const { url, headers } = consul.asked.find((one) => one.url.pathname.includes('b'))!;
    expect(url.pathname).to.equal('/v1/health/service/a%2F..%2Fb%3Fc');
    expect(url.searchParams.get('dc')).to.equal('dc 2');
    expect(headers['x-consul-token']).to.equal('secret');
  });
});
