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
    const closed = new Promise<void>((resolve) => server.once('close', resolve));
    for (let count = 0; count < 20; count += 1)
      expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).length).to.be.greaterThan(0);
    const listeners = server.listenerCount('close');
    server.close();
    server.closeAllConnections();
    await closed;
    await upstream.close();
    expect(listeners, 'of which one is this test').to.equal(1);
  });
});
