import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { EventPoller, ShopEvent } from './events.ts';

const PATH = '/ws/stock';
const MAX_UNREAD = 1024 * 1024;

/** The WebSocket stock ticker at /ws/stock; any other upgrade is answered 404. */
export interface StockTicker {
  attach(server: Server): void;
  close(): void;
}

/**
 * Sends {"type":"ready"}, then {"type":"stock","id","wh","qty","delta"} for every change.
 * A client may send {"watch":["id",...]} to see those products only, and gets {"type":"watching","count":n}.
 */
export function createStockTicker(events: EventPoller, heartbeatMs: number): StockTicker {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });

  function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on('error', () => socket.destroy());
    if (req.url?.split('?')[0] !== PATH) {
      return void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    sockets.handleUpgrade(req, socket, head, (ws) => serve(events, ws, heartbeatMs));
  }

  return {
    attach: (server) => void server.on('upgrade', upgrade),
    close() {
      for (const ws of sockets.clients) {
        ws.close(1001, 'going away');
        // A client that never answers the close frame must not hold the shop up.
        setTimeout(() => ws.terminate(), 1000).unref();
      }
      sockets.close();
    },
  };
}

async function serve(events: EventPoller, ws: WebSocket, heartbeatMs: number) {
  let watched: Set<string> | undefined;
  let answered = true;
  ws.on('error', () => ws.terminate());
  ws.on('pong', () => {
    answered = true;
  });
  ws.on('message', (data) => {
    const ids = watchList(data);
    if (ids === undefined) return;
    watched = new Set(ids);
    ws.send(JSON.stringify({ type: 'watching', count: watched.size }));
  });
  const heartbeat = setInterval(() => {
    if (!answered) return void ws.terminate();
    answered = false;
    ws.ping();
  }, heartbeatMs);
  let unsubscribe: (() => void) | undefined;
  ws.on('close', () => {
    clearInterval(heartbeat);
    unsubscribe?.();
  });
  try {
    unsubscribe = await events.subscribe('S', (event) => tick(ws, event, watched));
  } catch {
    return void ws.close(1011, 'database');
  }
  if (ws.readyState !== ws.OPEN) return void unsubscribe();
  ws.send('{"type":"ready"}');
}

function tick(ws: WebSocket, event: ShopEvent, watched: Set<string> | undefined) {
  const change = JSON.parse(event.data) as { id: string };
  if (watched !== undefined && !watched.has(change.id)) return;
  if (ws.bufferedAmount > MAX_UNREAD) return void ws.terminate();
  ws.send(JSON.stringify({ type: 'stock', ...change }));
}

function watchList(data: RawData): string[] | undefined {
  try {
    const { watch } = JSON.parse(String(data)) as { watch?: unknown };
    return Array.isArray(watch) && watch.every((id) => typeof id === 'string') ? watch : undefined;
  } catch {
    return undefined;
  }
}
