/** Listening and draining: a server stops without cutting an exchange that is under way. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { defineErrors, EXIT } from '../errors.ts';

export const listenErrors = defineErrors({
  PORT_TAKEN: {
    status: 500,
    exit: EXIT.unreachable,
    message: ({ host, port }) => `Port ${port} of ${host} is taken by another process.`,
    remedy: 'Stop that process, name another port, or 0 for any free one.',
  },
  LISTEN_REFUSED: {
    status: 500,
    exit: EXIT.unreachable,
    message: ({ host, port, reason }) => `Cannot listen on ${host}:${port} (${reason}).`,
    remedy: 'Name an address of this machine and a port that this user may use.',
  },
});

/** A server that listens. */
export interface Listening {
  url: string;
  port: number;
  /** From now on each answer ends its connection: clients that come again may go elsewhere. */
  drain(): void;
  /** Stops accepting, waits for exchanges under way up to `drain` ms, then cuts the rest. */
  close(drain: number): Promise<void>;
}

/** Listens; raises PORT_TAKEN or LISTEN_REFUSED. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let closing = false;
  // Before the handler, which may answer at once. A kept-alive connection would outlive the drain.
  server.prependListener('request', (_request, response) => {
    if (closing) response.setHeader('connection', 'close');
  });
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    drain: () => {
      closing = true;
    },
    close: (drain) => {
      closing = true;
      return closeServer(server, sockets, drain);
    },
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'LISTEN_REFUSED';
      reject(listenErrors.error(code, { host, port, reason: error.message }, error));
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

async function closeServer(server: Server, sockets: Set<Duplex>, drain: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, drain);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
