import type { ForwarderKind } from '../../../../../facade/forwarding/forwarder-factory.ts';

/** One hostile or odd request. */
export interface HostileRequest {
  name: string;
  /** The bytes, as latin1. */
  send: string;
  /** Of the answers, in order; `[]`: the connection is closed without one. */
  statuses: number[];
  /** What reaches the upstream; `[]`: nothing. */
  upstream: Reached[];
  /** The request breaks off: of what is expected at the upstream only a beginning comes, perhaps nothing. */
  breaksOff?: true;
  /** Further settings of the facade, as YAML behind `facade: { ...`. */
  facade?: string | undefined;
}

/** One request at the upstream, without what the facade adds. */
export interface Reached {
  line: string;
  headers: string[];
  body: string;
  /** `upstream`: the request came without a Host, so that the library names the upstream itself. */
  host?: 'upstream';
}

export const HOST = 'Host: shop.test\r\n';
export const CLOSE = 'Connection: close\r\n';
export const CHUNKED = 'transfer-encoding: chunked';
export const EXPECTS = 'expect: 100-continue';
export const UPGRADE = 'upgrade: websocket';
/** A body in one chunk. */
export const HELLO = '5\r\nhello\r\n0\r\n\r\n';

/** A whole request that is the last on its connection. */
export const asks = (line: string, headers = '', body = '') =>
  `${line} HTTP/1.1\r\n${HOST}${CLOSE}${headers}\r\n${body}`;
export const get = (target: string, headers = '', body = '') => asks(`GET ${target}`, headers, body);
export const post = (headers: string, body: string) => asks('POST /a', headers, body);
/** A whole upgrade to a WebSocket. */
export const upgrades = (headers = '', body = '', version = '1.1') =>
  `GET /ws HTTP/${version}\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n${body}`;
export const chunked = (body: string) => post('Transfer-Encoding: chunked\r\n', body);

export const reached = (line: string, headers: string[] = [], body = ''): Reached[] => [
  { line, headers, body },
];

export const refused = (name: string, send: string, status = 400, facade?: string): HostileRequest => ({
  ...{ name, send, facade },
  statuses: [status],
  upstream: [],
});

export const brokenOff = (name: string, send: string, upstream: Reached[]): HostileRequest => ({
  ...{ name, send, upstream, breaksOff: true },
  statuses: [400],
});

export const passed = (name: string, send: string, upstream: Reached[], facade?: string): HostileRequest => ({
  ...{ name, send, upstream, facade },
  statuses: upstream.map(() => 200),
});

/** The exact bytes, ids left out: the facade's own headers stand behind those that were sent. */
export function bytesOf({ line, headers, body, host }: Reached, forwarder: ForwarderKind): string {
  const own = ['x-forwarded-for: 127.0.0.1', 'x-forwarded-proto: http'];
  if (host === undefined) own.push('x-forwarded-host: shop.test');
  own.push('x-request-id: ID', 'traceparent: TRACE');
  const all = framed(forwarder, [...headers], own, host === undefined ? 'host: shop.test' : undefined);
  return `${[`${line} HTTP/1.1`, ...all].join('\r\n')}\r\n\r\n${body}`;
}

/** Each library has a place of its own for the headers of the connection. */
function framed(forwarder: ForwarderKind, sent: string[], own: string[], host: string | undefined): string[] {
  if (sent.includes(UPGRADE)) return [host!, ...own, 'connection: Upgrade', UPGRADE];
  // Undici leaves requests that expect 100 Continue to the other library.
  switch (sent.includes(EXPECTS) ? 'http-proxy-middleware' : forwarder) {
    case 'http-proxy-middleware': {
      const last = [sent.includes(CHUNKED) ? 'connection: close' : 'Connection: keep-alive'];
      if (host === undefined) last.unshift('Host: UPSTREAM');
      else sent.unshift(host);
      if (sent.includes(EXPECTS)) last.unshift(EXPECTS);
      return [...sent.filter((one) => one !== EXPECTS), ...own, ...last];
    }
    case 'undici': {
      const framing = sent.filter((one) => /^(transfer-encoding|content-length):/.test(one));
      const others = sent.filter((one) => !framing.includes(one));
      const told = framing.filter((one) => one !== 'content-length: 0');
      return [host ?? 'host: UPSTREAM', 'connection: keep-alive', ...others, ...own, ...told];
    }
  }
}
