import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createHttpProxy } from '../../../facade/forwarding/http-proxy.ts';
import { json, startUpstream } from './rig/upstream.ts';

describe('Forwarders that come and go', () => {
  it('leave nothing behind at the server of the clients, which still tells of its close', async () => {
    const upstream = await startUpstream(json('legacy'));
    const server = createServer((request, response) => {
      const forwarder = createHttpProxy(upstream.url);
      delete request.headers.connection;
      response.once('close', () => forwarder.close());
      forwarder.send(request, response, {
        onHints: () => {},
        onHead({ statusCode = 502 }) {
          response.writeHead(statusCode);
          return undefined;
        },
        onFailure: () => response.destroy(),
        onCut: () => {},
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (let count = 0; count < 20; count += 1)
      expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).length).to.be.greaterThan(0);
    expect(server.listenerCount('close')).to.equal(0);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await upstream.close();
  });
});
