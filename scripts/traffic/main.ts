/** The traffic generator as a process: traffic against TRAFFIC_TARGET, its counts on TRAFFIC_LISTEN. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTraffic } from './traffic.ts';

const {
  TRAFFIC_TARGET,
  TRAFFIC_RATE = '80',
  TRAFFIC_SEED = '1',
  TRAFFIC_LISTEN = '127.0.0.1:0',
} = process.env;
if (!TRAFFIC_TARGET) {
  refuse('TRAFFIC_TARGET is not set; expected the URL of the facade, such as http://127.0.0.1:8080');
}
const rate = Number(TRAFFIC_RATE);
// A rate that is no number would be no pause at all.
if (!(rate > 0 && rate <= 100_000)) {
  refuse(`TRAFFIC_RATE is ${TRAFFIC_RATE}; expected actions a second, such as 120`);
}

const traffic = await startTraffic({
  target: TRAFFIC_TARGET,
  rate,
  seed: Number(TRAFFIC_SEED),
});

const server = createServer((request, response) => {
  const answer = (body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/stats') return void answer(traffic.stats());
  if (request.url === '/ledger') return void answer(traffic.ledger());
  if (request.url === '/health/live') return void answer({ ok: true });
  if (request.url === '/stop' && request.method === 'POST') {
    return void traffic.stop().then(() => answer({ stats: traffic.stats(), ledger: traffic.ledger() }));
  }
  response.writeHead(404).end();
});
const [host, port] = TRAFFIC_LISTEN.split(/:(?=\d+$)/) as [string, string];
server.listen(Number(port), host, () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ message: 'traffic listening', url: `http://${address}:${port}` }));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await traffic.stop();
    console.log(JSON.stringify({ message: 'traffic stopped', ...traffic.stats() }));
    server.close();
    server.closeAllConnections();
  });
}

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}
