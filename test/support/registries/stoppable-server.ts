import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as the fakes of registries see it. */
export interface Asked {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** A server on one loopback port that a test stops and starts again. */
export interface StoppableServer {
  url: string;
  /** Everything that was asked, in order. */
  asked: Asked[];
  /** Open connections. */
  connections(): number;
  /** Ends all connections and refuses new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts it; `answer` is called for each request. */
export async function startStoppableServer(
  answer: (asked: Asked, response: ServerResponse) => void | Promise<void>,
): Promise<StoppableServer> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await text(request).catch(() => '');
    const one = {
      method,
      headers,
      url: new URL(url, 'http://registry'),
      body: body === '' ? undefined : JSON.parse(body),
    };
    asked.push(one);
    await answer(one, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    connections: () => sockets.size,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: () => listen(port),
  };
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
