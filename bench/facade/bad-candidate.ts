/** A candidate that behaves badly, in the way that its argument names. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const FLOOD = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);

const WAYS: Record<string, (socket: Socket) => void> = {
  hangs: () => {},
  trickles(socket) {
    socket.write(`${HEAD}content-length: 100000\r\n\r\n`);
    const timer = setInterval(() => socket.write('x'), 20);
    socket.once('close', () => clearInterval(timer));
  },
  floods(socket) {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const pour = () => {
      while (!socket.destroyed && socket.write(FLOOD));
    };
    socket.on('drain', pour);
    pour();
  },
};

const behave = WAYS[process.argv[2]!]!;
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => behave(socket));
});
server.listen(0, '127.0.0.1', () =>
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('SIGTERM', () => process.exit(0));
