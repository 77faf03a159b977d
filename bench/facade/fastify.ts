/** Fastify and its own proxy plugin as its README shows it; its pool holds more connections than the load has. */
import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const server = Fastify();
server.register(proxy, { upstream: process.argv[2]! });
process.send!({ url: await server.listen({ port: 0, host: '127.0.0.1' }) });
process.on('SIGTERM', () => process.exit(0));
