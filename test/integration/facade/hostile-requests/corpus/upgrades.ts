import { get, HELLO, type HostileRequest, passed, reached, refused, upgrades } from './hostile-request.ts';

const TE = 'Transfer-Encoding: chunked\r\n';

/** Upgrades that would leave the two connections in different states, if they were passed. */
export const UPGRADES: HostileRequest[] = [
  refused('an upgrade with a length', upgrades('Content-Length: 5\r\n', `hello${get('/admin')}`)),
  refused('an upgrade with a length and no body', upgrades('Content-Length: 50\r\n')),
  refused('an upgrade in chunks', upgrades(TE, `${HELLO}${get('/admin')}`)),
  refused('an upgrade with both lengths', upgrades(`Content-Length: 5\r\n${TE}`, HELLO)),
  refused('an upgrade with an expectation nobody knows', upgrades('Expect: miracles\r\n'), 417),
  passed('an upgrade in HTTP/1.0', upgrades('', '', '1.0'), reached('GET /ws')),
];
