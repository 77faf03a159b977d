/** An instance as a process of its own: says who it is, and ends on SIGTERM when its exchanges have ended. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer({ keepAliveTimeout: 30_000 }, (_request, response) => {
  response.setHeader('x-instance', process.pid);
  setTimeout(() => response.end('ok'), 5);
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ message: 'instance', port: (server.address() as AddressInfo).port })),
);
