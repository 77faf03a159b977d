import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShop } from './app.ts';
import { closeDb, openDb } from './db.ts';

/** How long a request may take after SIGTERM before its connection is cut. */
const DRAIN_MS = 10_000;

function settings(env: NodeJS.ProcessEnv) {
  const dbUrl = env.LEGACY_DB_URL;
  const port = Number(env.LEGACY_PORT ?? 3000);
  if (!dbUrl) throw new Error('LEGACY_DB_URL is not set; expected mysql://user:password@host:port/database');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`LEGACY_PORT is ${env.LEGACY_PORT}; expected 0 to 65535`);
  }
  const uploadDir = env.LEGACY_UPLOAD_DIR ?? join(tmpdir(), 'legacy-monolith-uploads');
  return { dbUrl, port, host: env.LEGACY_HOST ?? '127.0.0.1', uploadDir };
}

function print(entry: object): void {
  console.log(JSON.stringify(entry));
}

function start({ dbUrl, port, host, uploadDir }: ReturnType<typeof settings>): void {
  const db = openDb(dbUrl);
  const shop = createShop({ db, uploadDir, log: print });
  const server = createServer(shop.app);
  shop.attach(server);
  server.on('error', (err) => {
    console.error(`cannot listen on ${host}:${port}: ${err.message}`);
    process.exit(1);
  });
  server.listen(port, host, () => {
    const { port: bound } = server.address() as AddressInfo;
    print({ msg: 'legacy-monolith listening', url: `http://${host}:${bound}` });
  });

  let stopping = false;
  function stop() {
    if (stopping) return;
    stopping = true;
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    // A kept-alive connection becomes idle only after its last answer.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      closeDb(db).finally(() => process.exit(0));
    });
    shop.close();
  }
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  start(settings(process.env));
} catch (err) {
  console.error((err as Error).message);
  process.exitCode = 2;
}
