import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { endAndForget } from '../../../../facade/forwarding/end-and-forget.ts';
import { until } from '../../../support/wait.ts';

describe('The end of a connection that is forgotten', () => {
  let server: Server;
  let socket: Socket;
  let client: Socket;
  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.on('error', () => {});
    [socket] = (await once(server, 'connection')) as [Socket];
    socket.on('error', () => {});
  });
  afterEach(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });

  it('comes without the client, after its time', async () => {
    endAndForget(socket, 10);
    await until(() => socket.closed);
    expect(client.closed).to.equal(false);
  });

  it('waits for a client that closes in time, and drops what it still says', async () => {
    client.write('more');
    endAndForget(socket, 3_600_000);
    client.resume();
    await once(client, 'end');
    expect(socket.closed).to.equal(false);
    client.end('and more');
    await until(() => socket.closed && client.closed);
    expect(socket.errored).to.equal(null);
  });

  it('comes at once where the connection was ended before', async () => {
    socket.end();
    endAndForget(socket, 3_600_000);
    await until(() => socket.closed);
  });
});
