import { expect } from 'chai';
import { parseConfig } from '../../../../chassis/config/load.ts';

const parse = (upstream: string, rest = '') =>
  parseConfig(
    `upstreams: { legacy: { url: "http://l:1" }, a: ${upstream} }\nlegacy: legacy\n${rest}`,
    'f',
    {},
  );
const where = (upstream: string, rest?: string) => parse(upstream, rest).config.upstreams.a!.where;
const CONSUL = 'discovery: { consul: { url: "http://127.0.0.1:8500" } }';

describe('an upstream that is looked up', () => {
  for (const { upstream, lookup, rest } of [
    { upstream: '{ service: catalog }', lookup: { registry: 'redis', name: 'catalog' } },
    {
      upstream: '{ service: catalog, registry: consul }',
      lookup: { registry: 'consul', name: 'catalog' },
      rest: CONSUL,
    },
    {
      upstream: '{ dns: "http://catalog.internal:3001" }',
      lookup: { registry: 'dns', name: 'http://catalog.internal:3001' },
    },
    {
      upstream: '{ srv: _http._tcp.catalog.internal }',
      lookup: { registry: 'srv', name: 'http://_http._tcp.catalog.internal' },
    },
    {
      upstream: '{ srv: _http._tcp.catalog.internal, scheme: https }',
      lookup: { registry: 'srv', name: 'https://_http._tcp.catalog.internal' },
    },
  ])
    it(`is read from ${upstream}`, () => {
      const service = `${lookup.registry}:${lookup.name}`;
      expect(where(upstream, rest)).to.deep.equal({ kind: 'discovery', service, lookup });
    });

  for (const { upstream, told } of [
    { upstream: '{ dns: "https://catalog.internal" }', told: 'expected a URL starting with http://' },
    { upstream: '{ dns: "http://10.0.0.2:3001" }', told: 'expected http://NAME:PORT' },
    { upstream: '{ dns: "http://[::1]:3001" }', told: 'expected http://NAME:PORT' },
    { upstream: '{ dns: "http://catalog/path" }', told: 'expected http://NAME:PORT' },
    { upstream: '{ srv: catalog.internal }', told: 'such as _http._tcp.catalog.internal' },
    { upstream: '{ service: catalog, registry: zookeeper }', told: 'redis' },
    { upstream: '{ url: "http://a", service: catalog }', told: 'expected' },
    {
      upstream: '{ service: catalog, registry: consul }',
      told: 'found registry "consul" without discovery.consul, expected discovery.consul.url',
    },
    {
      upstream: '{ service: catalog, registry: eureka }',
      told: 'found registry "eureka" without discovery.eureka, expected discovery.eureka.url',
    },
  ])
    it(`is refused as ${upstream}`, () => {
      expect(() => parse(upstream)).to.throw(told);
    });
});

describe('the settings of discovery', () => {
  const parsed = (discovery: string) => parse('{ service: a }', `discovery: ${discovery}`).config.discovery;

  it('are those of DNS and nothing else, unless the file says more', () => {
    expect(parse('{ service: a }').config.discovery).to.deep.equal({
      dns: { servers: [], minTtl: 5_000, maxTtl: 60_000 },
      allowLinkLocal: false,
    });
  });

  it('take DNS servers as addresses, with a port or without', () => {
    const servers = ['10.0.0.2', '10.0.0.2:5353', '::1', '[::1]:53'];
    expect(parsed(`{ dns: { servers: ${JSON.stringify(servers)} } }`).dns.servers).to.deep.equal(servers);
    for (const server of ['dns.internal', '10.0.0.2:99999', '10.0.0', ''])
      expect(() => parsed(`{ dns: { servers: ["${server}"] } }`), server).to.throw('expected an address');
  });

  it('refuse a shortest time to live that is above the longest, or next to nothing', () => {
    for (const times of ['minTtl: 2m', 'minTtl: 10ms', 'maxTtl: 1s'])
      expect(() => parsed(`{ dns: { ${times} } }`), times).to.throw('expected a minTtl of 100ms or more');
  });
});
