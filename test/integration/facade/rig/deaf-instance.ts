/** A server with hardly any room for connections that nobody accepts yet; it says where it is. */
import { type AddressInfo, createServer } from 'node:net';

const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
  console.log(JSON.stringify({ message: 'deaf', port: (server.address() as AddressInfo).port })),
);
