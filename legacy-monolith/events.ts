import type { PoolConnection } from 'mysql2';
import { type Db, row, rows, run } from './db.ts';

/** O: an order was placed or changed. S: the stock of a product changed. */
export type EventKind = 'O' | 'S';

/** A row of tbl_evt. */
export interface ShopEvent {
  id: string;
  kind: EventKind;
  data: string;
}

const KEPT = 10_000;

/** Writes an event in the transaction that causes it; every instance of the shop finds it by polling. */
export async function addEvent(connection: PoolConnection, kind: EventKind, data: object): Promise<void> {
  const { insertId } = await run(connection, 'INSERT INTO tbl_evt (evt_typ, evt_txt) VALUES (?, ?)', [
    kind,
    JSON.stringify(data),
  ]);
  if (insertId % 1000 === 0) await run(connection, 'DELETE FROM tbl_evt WHERE evt_id < ?', [insertId - KEPT]);
}

type Listener = (event: ShopEvent) => void;

/** Polls tbl_evt while anybody listens. */
export interface EventPoller {
  /** Calls back for every event committed after this moment; resolves once that moment is fixed. */
  subscribe(kind: EventKind, listener: Listener): Promise<() => void>;
  close(): void;
}

/** Ids are given before they are committed, so an id may turn up after a greater one: look back this far. */
const LOOK_BACK = 100n;
const POLL_MS = 200;

/** Reads what is new in tbl_evt since the last time; the first time only fixes the place. */
function createEventTail(db: Db) {
  const seen = new Set<string>();
  let last: bigint | undefined;

  async function start(): Promise<void> {
    const newest = await row<{ id: string }>(db, 'SELECT COALESCE(MAX(evt_id), 0) id FROM tbl_evt');
    last = BigInt(newest!.id);
    seen.clear();
    for (const event of await fetchAfter(last)) seen.add(event.id);
  }

  function fetchAfter(id: bigint): Promise<ShopEvent[]> {
    const from = id > LOOK_BACK ? id - LOOK_BACK : 0n;
    const sql =
      'SELECT evt_id id, evt_typ kind, evt_txt data FROM tbl_evt WHERE evt_id > ? ORDER BY evt_id LIMIT 1000';
    return rows<ShopEvent>(db, sql, [from]);
  }

  async function next(): Promise<ShopEvent[]> {
    const found = (await fetchAfter(last!)).filter((event) => !seen.has(event.id));
    for (const { id } of found) {
      seen.add(id);
      if (BigInt(id) > last!) last = BigInt(id);
    }
    for (const id of seen) if (BigInt(id) + LOOK_BACK < last!) seen.delete(id);
    return found;
  }

  return { start, next };
}

/** Makes the poller of one instance of the shop; it asks the database only while somebody listens. */
export function createEventPoller(db: Db): EventPoller {
  const tail = createEventTail(db);
  const listeners = new Map<Listener, EventKind>();
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<void> | undefined;

  async function poll(): Promise<void> {
    for (const event of await tail.next()) {
      for (const [listener, kind] of listeners) if (kind === event.kind) listener(event);
    }
  }

  // A poll that fails is tried again: the feeds outlive a restart of the database.
  function schedule(): void {
    timer = setTimeout(() => {
      poll()
        .catch(() => {})
        .finally(() => (listeners.size > 0 ? schedule() : rest()));
    }, POLL_MS);
  }

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
    starting = undefined;
  }

  async function subscribe(kind: EventKind, listener: Listener) {
    listeners.set(listener, kind);
    starting ??= tail.start();
    try {
      await starting;
    } catch (err) {
      listeners.delete(listener);
      starting = undefined;
      throw err;
    }
    if (timer === undefined) schedule();
    return () => void listeners.delete(listener);
  }

  function close(): void {
    listeners.clear();
    rest();
  }

  return { subscribe, close };
}
