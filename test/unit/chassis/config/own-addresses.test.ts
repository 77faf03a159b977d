import { expect } from 'chai';
import { problemsOfConfig } from './problems-of.ts';

const facade = (keys: string, upstream: string) =>
  problemsOfConfig(`facade: { ${keys} }\nupstreams: { legacy: { ${upstream} } }\nlegacy: legacy\n`);
const isItself = (path: string, url: string, key: string) => [
  `${path} found "${url}", which is ${key} itself, expected the address of another process`,
];

describe('addresses a process listens on itself', () => {
  it('are no upstreams: requests would go round in circles', () => {
    for (const [listen, url] of [
      ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
      ['127.0.0.1:3000', 'http://LOCALHOST:3000/base'],
      ['localhost:3000', 'http://[::1]:3000'],
      ['0.0.0.0:3000', 'http://127.0.0.7:3000'],
      ['"[::]:3000"', 'http://localhost:3000'],
      ['10.0.0.5:3000', 'http://10.0.0.5:3000'],
      ['127.0.0.1:3000', 'http://0.0.0.0:3000'],
      ['127.0.0.1:80', 'http://127.0.0.1'],
    ] as const)
      expect(facade(`listen: ${listen}`, `url: "${url}"`), `${listen} ${url}`).to.deep.equal(
        isItself('upstreams.legacy.url', url, 'facade.listen'),
      );
  });

  it('are told by the default where the file names none, and in lists', () => {
    const url = 'http://127.0.0.1:8080';
    expect(facade('', `url: "${url}"`)).to.deep.equal(isItself('upstreams.legacy.url', url, 'facade.listen'));
    const urls = 'urls: ["http://127.0.0.1:3001", "http://127.0.0.1:8080"]';
    expect(facade('', urls)).to.deep.equal(isItself('upstreams.legacy.urls[1]', url, 'facade.listen'));
  });

  it('are those of the admin API too, to which a client would come from its own machine', () => {
    expect(facade('admin: "127.0.0.1:3001"', 'url: "http://127.0.0.1:3001"')).to.deep.equal(
      isItself('upstreams.legacy.url', 'http://127.0.0.1:3001', 'facade.admin'),
    );
  });

  it('are not what another process may listen on', () => {
    for (const [listen, url] of [
      ['127.0.0.1:3000', 'http://127.0.0.1:3001'],
      ['127.0.0.1:3000', 'http://127.0.0.2:3000'],
      ['127.0.0.1:3000', 'http://[::1]:3000'],
      ['10.0.0.5:3000', 'http://127.0.0.1:3000'],
      ['0.0.0.0:3000', 'http://legacy:3000'],
      ['127.0.0.1:0', 'http://127.0.0.1:0'],
      ['127.0.0.1:443', 'http://127.0.0.1'],
    ] as const)
      expect(facade(`listen: ${listen}`, `url: "${url}"`), `${listen} ${url}`).to.deep.equal([]);
  });

  it('are those of a sidecar before its application, whatever a facade would listen on', () => {
    const sidecar = (app: string) => problemsOfConfig(`sidecar: { service: shop, app: "${app}" }\n`);
    expect(sidecar('http://127.0.0.1:8080')).to.deep.equal([]);
    expect(sidecar('http://localhost:9080')).to.deep.equal(
      isItself('sidecar.app', 'http://localhost:9080', 'sidecar.listen'),
    );
    expect(sidecar('http://127.0.0.1:9081')).to.deep.equal(
      isItself('sidecar.app', 'http://127.0.0.1:9081', 'sidecar.admin'),
    );
  });
});
