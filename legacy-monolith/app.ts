import type { Server } from 'node:http';
import express, { type Express, type Request, type Response } from 'express';
import { accessLog } from './access-log.ts';
import { type Db, row } from './db.ts';
import { failed, notFound } from './error-pages.ts';
import { createEventPoller } from './events.ts';
import { catalog } from './routes/catalog.ts';
import { customers } from './routes/customers.ts';
import { feeds } from './routes/feeds.ts';
import { images } from './routes/images.ts';
import { orders } from './routes/orders.ts';
import { pages } from './routes/pages.ts';
import { stock } from './routes/stock.ts';
import type { Shop } from './shop.ts';
import { createStockTicker } from './stock-ticker.ts';

export interface ShopOptions {
  db: Db;
  /** Folder of the uploaded images; created when it is missing. */
  uploadDir: string;
  now?: () => Date;
  /** Takes one access log entry a request; nothing is logged without it. */
  log?: (entry: object) => void;
  /** Between two signs of life on a quiet feed or socket; 15 s by default. */
  heartbeatMs?: number;
}

/** The shop, not yet listening. */
export interface ShopApp {
  app: Express;
  /** Serves the WebSocket upgrades of a server whose requests go to app. */
  attach(server: Server): void;
  /** Ends the live feeds; the database pool stays open, as it was passed in. */
  close(): void;
}

/** Builds the shop on a filled database. Several may run on one database: none keeps anything in memory. */
export function createShop(options: ShopOptions): ShopApp {
  const { db, uploadDir, now = () => new Date(), log = () => {}, heartbeatMs = 15_000 } = options;
  const events = createEventPoller(db);
  const ticker = createStockTicker(events, heartbeatMs);
  const open = new Set<() => void>();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.locals.shop = { db, uploadDir, now, events, feeds: open, heartbeatMs } satisfies Shop;
  app.use(accessLog(log));
  app.use(express.json({ limit: '100kb' }), express.urlencoded({ extended: false, limit: '100kb' }));
  app.get('/health', health);
  app.use(catalog, images, stock, customers, orders, feeds, pages);
  app.use(notFound);
  app.use(failed(log));
  return {
    app,
    attach: ticker.attach,
    close() {
      for (const end of open) end();
      ticker.close();
      events.close();
    },
  };
}

async function health(req: Request, res: Response) {
  await row((req.app.locals.shop as Shop).db, 'SELECT 1');
  res.type('text/plain').send('OK');
}
