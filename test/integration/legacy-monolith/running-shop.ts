import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShop } from '../../../legacy-monolith/app.ts';
import { closeDb, type Db, openDb, type Row, rows } from '../../../legacy-monolith/db.ts';
import { createTables, fillShop } from '../../../legacy-monolith/seed/fill.ts';
import { createDatabase } from '../../support/services.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shop's answers have a hundred shapes, and the tests look at them
export type Json = any;

/** An answer read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

/** A shop on a seeded database of its own, listening on a free port. */
export interface RunningShop {
  url: string;
  db: Db;
  dbUrl: string;
  log: Record<string, unknown>[];
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Logs a seeded customer in and gives the headers to send. */
  logIn(customer: number): Promise<{ cookie: string }>;
  sql(text: string): Promise<Row[]>;
  stop(): Promise<void>;
}

export interface RunningShopOptions {
  scale?: number;
  now?: () => Date;
  heartbeatMs?: number;
}

export async function startShop({ scale = 0.02, ...options }: RunningShopOptions = {}): Promise<RunningShop> {
  const database = await createDatabase('legacy');
  const db = openDb(database.url, 5);
  await createTables(db);
  await fillShop(db, scale);
  const uploadDir = await mkdtemp(join(tmpdir(), 'legacy-uploads-'));
  const log: Record<string, unknown>[] = [];
  const shop = createShop({ db, uploadDir, log: (entry) => log.push({ ...entry }), ...options });
  const server = createServer(shop.app);
  shop.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const send: RunningShop['send'] = async (method, path, body, headers = {}) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const res = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await res.text();
    const isJson = res.headers.get('content-type')?.startsWith('application/json');
    return { status: res.status, headers: res.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };

  return {
    url,
    db,
    dbUrl: database.url,
    log,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    async logIn(customer) {
      const credentials = { email: `customer${customer}@example.com`, password: `demo-${customer}` };
      const { headers } = await send('POST', '/api/login', credentials);
      return { cookie: headers.get('set-cookie')!.split(';')[0]! };
    },
    sql: (text) => rows(db, text),
    async stop() {
      shop.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await closeDb(db);
      await database.drop();
      await rm(uploadDir, { recursive: true, force: true });
    },
  };
}
