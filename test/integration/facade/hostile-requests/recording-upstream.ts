import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One connection of the facade to the upstream. */
export interface RecordedConnection {
  /** Every byte received, as latin1. */
  bytes: string;
  closed: boolean;
  socket: Socket;
}

/**
 * An upstream that is no HTTP server and forgives everything: it records what arrives, byte by byte, and says
 * `ok` to whatever looks like a whole request to it.
 */
export interface RecordingUpstream {
  url: string;
  connections: RecordedConnection[];
  /** What it says to a whole request; by default 200 with `ok`; latin1. */
  answer: string;
  close(): Promise<void>;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Starts it on a free port. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const connections: RecordedConnection[] = [];
  const server = createServer((socket) => {
    const connection: RecordedConnection = { bytes: '', closed: false, socket };
    connections.push(connection);
    let answered = 0;
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.once('close', () => {
      connection.closed = true;
    });
    socket.on('data', (text: string) => {
      connection.bytes += text;
      for (; answered < wholeRequests(connection.bytes); answered += 1)
        socket.write(upstream.answer, 'latin1');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream: RecordingUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    answer: OK,
    async close() {
      for (const { socket } of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return upstream;
}

function wholeRequests(bytes: string): number {
  let count = 0;
  for (let rest = bytes; ; count += 1) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return count;
    const head = rest.slice(0, end);
    const body = rest.slice(end + 4);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const taken = /^transfer-encoding:/im.test(head) ? body.indexOf('0\r\n\r\n') + 5 : length;
    if (taken === 4 || body.length < taken) return count;
    rest = body.slice(taken);
  }
}
