/** What people write first: Express and http-proxy-middleware with a keep-alive agent, nothing else. */
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const app = express();
app.use(
  createProxyMiddleware({ target: process.argv[2], agent: new Agent({ keepAlive: true }), xfwd: true }),
);
const server = app.listen(0, '127.0.0.1', () =>
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('SIGTERM', () => process.exit(0));
