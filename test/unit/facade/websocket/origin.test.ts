import { expect } from 'chai';
import { facadeWebSocket, routeWebSocket } from '../../../../chassis/config/schema/websocket.ts';
import { allowsOrigin } from '../../../../facade/websocket/origin.ts';

describe('the Origin of a WebSocket', () => {
  const allows = (allowed: string[], origin: string | undefined, host?: string) =>
    allowsOrigin(allowed, { origin, host });

  it('is of the same host when host and port are the same, whatever ends the TLS', () => {
    for (const [origin, host] of [
      ['https://shop.example', 'shop.example'],
      ['http://shop.example', 'shop.example:80'],
      ['https://shop.example', 'Shop.Example:443'],
      ['http://127.0.0.1:8080', '127.0.0.1:8080'],
      ['http://[::1]:8080', '[::1]:8080'],
    ] as const)
      expect(allows(['same-host'], origin, host), origin).to.equal(true);
    for (const [origin, host] of [
      ['https://shop.example.evil.example', 'shop.example'],
      ['https://evil.example', 'shop.example'],
      ['https://shop.example:8443', 'shop.example'],
      ['https://shop.example', undefined],
      ['https://shop.example', 'user@shop.example'],
      ['https://shop.example', 'shop.example, evil.example'],
      ['ftp://shop.example', 'shop.example'],
      ['null', 'null'],
      ['', ''],
      [undefined, 'shop.example'],
    ] as const)
      expect(allows(['same-host'], origin, host), `${origin} at ${host}`).to.equal(false);
  });

  it('counts by its very text where the config names it', () => {
    expect(allows(['https://shop.example'], 'https://shop.example', 'api.example')).to.equal(true);
    for (const origin of ['http://shop.example', 'https://shop.example/', 'https://SHOP.example', undefined])
      expect(allows(['https://shop.example'], origin, 'shop.example'), String(origin)).to.equal(false);
  });

  it('may be missing only where the config says none; the words themselves are no origins', () => {
    expect(allows(['none'], undefined)).to.equal(true);
    expect(allows(['none', 'same-host'], 'none')).to.equal(false);
    expect(allows(['none', 'same-host'], 'same-host')).to.equal(false);
  });

  it('can be named for pages and apps, and for nothing that is none', () => {
    const reads = (origin: string) => facadeWebSocket.safeParse({ origins: [origin] }).success;
    for (const origin of [
      'same-host',
      'none',
      'https://shop.example',
      'http://localhost:3000',
      'capacitor://localhost',
    ])
      expect(reads(origin), origin).to.equal(true);
    for (const origin of [
      'https://shop.example/',
      'https://Shop.example',
      'shop.example',
      '*',
      'https://a.example:443',
      '',
    ])
      expect(reads(origin), origin).to.equal(false);
    expect(routeWebSocket.parse(undefined)).to.deep.equal({});
    expect(facadeWebSocket.parse(undefined)).to.deep.equal({ drain: 30_000 });
  });
});
