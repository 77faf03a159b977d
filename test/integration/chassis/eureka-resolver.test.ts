import { expect } from 'chai';
import { systemClock } from '../../../chassis/clock.ts';
import { createEurekaResolver } from '../../../chassis/discovery/eureka-resolver.ts';
import type { FollowingResolver } from '../../../chassis/discovery/resolver.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { startFakeEureka } from '../../support/registries/fake-eureka.ts';
import { until } from '../../support/wait.ts';

describe('the resolver at Eureka', () => {
  let eureka: Awaited<ReturnType<typeof startFakeEureka>>;
  let resolver: FollowingResolver;

  beforeEach(async () => {
    eureka = await startFakeEureka();
  });
  afterEach(async () => {
    await resolver.close();
    await eureka.stop();
  });

  const follow = async (url = eureka.url) => {
    const options = { log: createNullLogger(), clock: systemClock, random: Math.random };
    resolver = createEurekaResolver({ ...options, url, interval: 10 });
    await resolver.follow('catalog');
    return () => resolver.instances('catalog').map((one) => one.url);
  };

  it('knows only those that are UP', async () => {
    eureka.set('catalog', '127.0.0.2', '127.0.0.3', '127.0.0.4');
    for (const [host, status] of [
      ['127.0.0.3', 'OUT_OF_SERVICE'],
      ['127.0.0.4', 'STARTING'],
    ] as const)
      eureka.mark(host, status);
    const urls = await follow();
    expect(urls()).to.deep.equal(['http://127.0.0.2:3001']);
    eureka.mark('127.0.0.4', 'UP');
    await until(() => urls().length === 2);
  });

  it('keeps what it knew when the server has been started again and knows nobody', async () => {
    eureka.set('catalog', '127.0.0.2');
    const urls = await follow();
    eureka.forget();
    await until(() => resolver.state('catalog').kind === 'stale');
    expect(urls()).to.deep.equal(['http://127.0.0.2:3001']);
  });

  it('calls an instance with a secure port only by its name, over https', async () => {
    eureka.set('catalog', '127.0.0.2');
    const [record] = eureka.registered();
    Object.assign(record!, {
      hostName: 'catalog.example',
      port: { $: 80, '@enabled': 'false' },
      securePort: { $: 8443, '@enabled': 'true' },
    });
    expect((await follow())()).to.deep.equal(['https://catalog.example:8443']);
  });

  it('sends the credentials of its URL as basic authentication, and asks for JSON', async () => {
    await follow(eureka.url.replace('//', '//us%40er:pa%3Ass@'));
    const { headers, url } = eureka.asked[0]!;
    expect(headers.authorization).to.equal(`Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`);
    expect(headers.accept).to.equal('application/json');
    expect(url.pathname).to.equal('/eureka/apps/CATALOG');
  });
});
