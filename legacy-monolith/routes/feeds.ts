import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { borrow } from '../db.ts';
import type { ShopEvent } from '../events.ts';
import { looseInt, query, shopOf } from '../shop.ts';

/** The CSV export and the order feed. */
export const feeds = Router();

feeds.get('/export/orders.csv', exportOrders);
feeds.get('/events/orders', orderFeed);

const HEADER =
  'Bestellung;Kunde;Datum;Uhrzeit;Status;Position;Artikel;Bezeichnung;Menge;Preis;Gesamt;Bemerkung';

const EXPORT_SQL = `SELECT o.ord_no, o.cust_id, o.ord_dt, o.ord_tm, o.ord_sts, l.ln_no, l.prd_id, l.ln_nm, l.ln_qty,
    REPLACE(l.ln_prc, '.', ',') prc, REPLACE(o.ord_tot, '.', ',') tot, COALESCE(o.ord_cmt, '') cmt
  FROM tbl_ord o JOIN tbl_ord_ln l ON l.ord_id = o.ord_id
  WHERE o.ord_dt BETWEEN ? AND ? ORDER BY o.ord_id, l.ln_no`;

/** One line an order line, ?from= and ?to= as YYYYMMDD. The database is read only as fast as the client reads. */
async function exportOrders(req: Request, res: Response) {
  const { db } = shopOf(req);
  const args = [looseInt(query(req, 'from'), 0), looseInt(query(req, 'to'), 99_999_999)];
  const connection = await borrow(db);
  res.type('text/csv').set('Content-Disposition', 'attachment; filename="orders.csv"');
  res.write(`${HEADER}\r\n`);
  const lines = new Transform({
    writableObjectMode: true,
    transform(cells: unknown[], _encoding, done) {
      done(null, `${cells.map(csvCell).join(';')}\r\n`);
    },
  });
  try {
    const found = connection.query({ sql: EXPORT_SQL, values: args, rowsAsArray: true }).stream();
    await pipeline(found, lines, res);
    connection.release();
  } catch (err) {
    // A connection with an unread result cannot be used again.
    connection.destroy();
    if (!isHangUp(err)) throw err;
  }
}

function isHangUp(err: unknown): boolean {
  return (err as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function csvCell(cell: unknown): string {
  const text = String(cell);
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Bytes that a reader may leave unread before its connection is cut. */
const MAX_UNREAD = 1024 * 1024;

/** Server-sent events: one `order` for every order placed, paid or cancelled from now on. */
async function orderFeed(req: Request, res: Response) {
  const { events, feeds: open, heartbeatMs } = shopOf(req);
  const send = (text: string) => {
    if (res.writableLength > MAX_UNREAD) res.destroy();
    else res.write(text);
  };
  const unsubscribe = await events.subscribe('O', (event: ShopEvent) => {
    send(`id: ${event.id}\nevent: order\ndata: ${event.data}\n\n`);
  });
  // The client may have left while the subscription was made.
  if (res.destroyed) return unsubscribe();
  const end = () => void res.end();
  const heartbeat = setInterval(() => send(': heartbeat\n\n'), heartbeatMs);
  open.add(end);
  res.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
    open.delete(end);
  });
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache',
    'X-Accel-Buffering': 'no',
  });
  send('retry: 2000\n: connected\n\n');
}
