import {
  get,
  HELLO,
  HOST,
  type HostileRequest,
  passed,
  reached,
  refused,
  UPGRADE,
  upgrades,
} from './hostile-request.ts';

const TE = 'Transfer-Encoding: chunked\r\n';

/** Upgrades that would leave the two connections in different states, if they were passed. */
export const UPGRADES: HostileRequest[] = [
  refused('an upgrade with a length', upgrades('Content-Length: 5\r\n', `hello${get('/admin')}`)),
  refused('an upgrade with a length and no body', upgrades('Content-Length: 50\r\n')),
  refused('an upgrade in chunks', upgrades(TE, `${HELLO}${get('/admin')}`)),
  refused('an upgrade with both lengths', upgrades(`Content-Length: 5\r\n${TE}`, HELLO)),
  refused('an upgrade with an expectation nobody knows', upgrades('Expect: miracles\r\n'), 417),
  passed('an upgrade in HTTP/1.0', upgrades('', '', '1.0'), reached('GET /ws')),
  passed('an upgrade with more behind it', upgrades('', get('/admin')), reached('GET /ws', [UPGRADE])),
  passed('an upgrade behind a request', `GET /a HTTP/1.1\r\n${HOST}\r\n${upgrades()}`, [
    ...reached('GET /a'),
    ...reached('GET /ws'),
  ]),
];
