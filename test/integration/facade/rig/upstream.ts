import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A real HTTP server of a test, on a free port. */
export interface TestUpstream {
  url: string;
  port: number;
  server: Server;
  /** Requests received, in order: method, url and headers as they came. */
  received: { method: string; url: string; headers: IncomingMessage['headers']; raw: string[] }[];
  /** Open connections. */
  sockets: Set<Socket>;
  /** Replaces the handler. */
  answer(handler: RequestListener): void;
  close(): Promise<void>;
}

/** Starts an upstream; closing cuts what is open. */
export async function startUpstream(handler: RequestListener, port = 0): Promise<TestUpstream> {
  let current = handler;
  const received: TestUpstream['received'] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    received.push({ method, url, headers, raw: rawHeaders });
    current(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    server,
    received,
    sockets,
    answer(next) {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers JSON, and tells who answered. */
export function json(
  name: string,
  body: (request: IncomingMessage) => unknown = () => ({ by: 'both' }),
): RequestListener {
  return (request, response) => {
    response.setHeader('X-Answered-By', name);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(body(request)));
  };
}

/** Answers with JSON text behind so many bytes of space, as fast as they are taken. */
export function sized(response: ServerResponse, bytes: number, text = '{}'): void {
  const piece = Buffer.alloc(65_536, ' ');
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) return;
    }
    response.end(text);
  };
  response.on('drain', more);
  more();
}
