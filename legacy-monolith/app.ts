import type { Server } from 'node:http';
import express, { type Express, type Request, type Response } from 'express';
import { accessLog } from './access-log.ts';
import { type Db, row } from './db.ts';
import { failed, notFound } from './error-pages.ts';
import { createEventPoller } from './events.ts';
import { catalog } from './routes/catalog.ts';
import { stock } from './routes/stock.ts';
import type { Shop } from './shop.ts';

export interface ShopOptions {
  db: Db;
  /** Folder of the uploaded images; created when it is missing. */
  uploadDir: string;
  now?: () => Date;
  /** Takes one access log entry a request; nothing is logged without it. */
  log?: (entry: object) => void;
}

/** The shop, not yet listening. */
export interface ShopApp {
  app: Express;
  /** Serves the WebSocket upgrades of a server whose requests go to app. */
  attach(server: Server): void;
  /** Ends the live feeds; the database pool stays open, as it was passed in. */
  close(): void;
}

/** Builds the shop on a filled database. */
export function createShop({ db, uploadDir, now = () => new Date(), log = () => {} }: ShopOptions): ShopApp {
  const events = createEventPoller(db);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.locals.shop = { db, uploadDir, now, events } satisfies Shop;
  app.use(accessLog(log));
  app.use(express.json({ limit: '100kb' }), express.urlencoded({ extended: false, limit: '100kb' }));
  app.get('/health', health);
  app.use(catalog, stock);
  app.use(notFound);
  app.use(failed(log));
  return { app, attach() {}, close: () => events.close() };
}

async function health(req: Request, res: Response) {
  await row((req.app.locals.shop as Shop).db, 'SELECT 1');
  res.type('text/plain').send('OK');
}
