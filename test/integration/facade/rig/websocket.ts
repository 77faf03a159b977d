import type { IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { json, startUpstream, type TestUpstream } from './upstream.ts';

/** An upstream that also answers over WebSocket, with its name in front of what it got. */
export interface TestEcho extends TestUpstream {
  /** Headers of the upgrades that came, in order. */
  upgrades: IncomingMessage['headers'][];
  /** Codes of the Close frames that came, in order. */
  closes: number[];
}

/** Starts one. `mayOpen`: whether an upgrade is taken; otherwise it answers 404. */
export async function startEcho(name: string, mayOpen = (_path: string) => true): Promise<TestEcho> {
  const upstream = await startUpstream(json(name));
  const upgrades: TestEcho['upgrades'] = [];
  const closes: number[] = [];
  const echo = new WebSocketServer({
    server: upstream.server,
    verifyClient: ({ req }, decide) =>
      decide(mayOpen(req.url!), 404, 'not here', { 'x-why': 'no such room' }),
  });
  echo.on('connection', (socket, request) => {
    upgrades.push(request.headers);
    socket.on('error', () => {});
    socket.on('close', (code) => closes.push(code));
    socket.on('message', (text) => socket.send(`${name} ${text}`));
  });
  return { ...upstream, upgrades, closes };
}

/** What became of an attempt to open one. */
export type Opened = { socket: TestSocket; status?: undefined } | { socket?: undefined; status: number };

/** An open WebSocket of a client. */
export interface TestSocket {
  /** Sends a text and resolves with the next that comes. */
  ask(text: string): Promise<string>;
  /** The code with which it was closed; undefined while it is open. */
  closed(): number | undefined;
  close(): void;
  ws: WebSocket;
}

/** Tries to open one. */
export function tryToOpen(url: string, path: string, options: ClientOptions = {}): Promise<Opened> {
  const ws = new WebSocket(url.replace('http', 'ws') + path, options);
  let closed: number | undefined;
  ws.on('close', (code) => {
    closed = code;
  });
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      ws.once('message', (data) => resolve(String(data)));
      ws.send(text);
    });
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve({ socket: { ask, ws, closed: () => closed, close: () => ws.close() } }));
    ws.once('unexpected-response', (_request, answer) => {
      answer.resume();
      resolve({ status: answer.statusCode! });
    });
    ws.once('error', reject);
  });
}

/** Opens one. */
export async function openSocket(
  url: string,
  path: string,
  options: ClientOptions = {},
): Promise<TestSocket> {
  const { socket, status } = await tryToOpen(url, path, options);
  if (socket === undefined) throw new Error(`found ${status}, expected a WebSocket`);
  return socket;
}

/** The head of an upgrade, to be sent as it is; `headers` are lines, each with its end. */
export function upgradeHead(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers}\r\n`;
}
