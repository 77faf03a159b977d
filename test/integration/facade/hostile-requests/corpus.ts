/** One hostile or odd request. */
export interface HostileRequest {
  name: string;
  /** The bytes, as latin1. */
  send: string;
  /** Of the first answer; 0: the connection is closed without one. */
  status: number;
  /** Exactly what reaches the upstream, ids left out; `''`: nothing. */
  upstream: string;
  /** Answers to be given in all, when there are several. */
  statuses?: number[];
}

const HOST = 'Host: shop.test\r\n';
const CLOSE = 'Connection: close\r\n';
const get = (target: string, headers = '', body = '') =>
  `GET ${target} HTTP/1.1\r\n${HOST}${CLOSE}${headers}\r\n${body}`;
const post = (headers: string, body: string) => `POST /a HTTP/1.1\r\n${HOST}${CLOSE}${headers}\r\n${body}`;
const chunked = (body: string) => post('Transfer-Encoding: chunked\r\n', body);

/** What the upstream gets: the facade's own headers stand behind those that were sent. */
const reached = (line: string, headers: string[] = [], body = '', connection = 'keep-alive') =>
  [
    `${line} HTTP/1.1`,
    'host: shop.test',
    ...headers,
    'x-forwarded-for: 127.0.0.1',
    'x-forwarded-proto: http',
    'x-forwarded-host: shop.test',
    'x-request-id: ID',
    'traceparent: TRACE',
    `Connection: ${connection}`,
    '',
    body,
  ].join('\r\n');
const refused = (name: string, send: string, status = 400): HostileRequest => ({
  name,
  send,
  status,
  upstream: '',
});
const passed = (name: string, send: string, upstream: string): HostileRequest => ({
  name,
  send,
  status: 200,
  upstream,
});
const target = (name: string, path: string) => refused(name, get(path));
const chunkHead = reached('POST /a', ['transfer-encoding: chunked'], '', 'close').replace(
  'Connection:',
  'connection:',
);

export const CORPUS: HostileRequest[] = [
  passed('a plain request', get('/a'), reached('GET /a')),
  passed('a query with anything in it', get('/a?x=%2f..//\\y'), reached('GET /a?x=%2f..//\\y')),
  passed('encoded letters', get('/%61/%7Eb'), reached('GET /a/~b')),

  target('an encoded slash', '/a%2fb'),
  target('an encoded backslash', '/a%5Cb'),
  target('a dot segment', '/a/../b'),
  target('an encoded dot segment', '/a/%2e%2E/b'),
  target('a half encoded dot segment', '/a/.%2e/b'),
  target('a single dot', '/./a'),
  target('a dot segment at the end', '/a/..'),
  target('a backslash', '/a\\..\\b'),
  target('two slashes at the start', '//evil.test/a'),
  target('two slashes inside', '/a//b'),
  target('an encoded NUL', '/a%00b'),
  target('an encoded line break', '/a%0d%0aX-Y:z'),
  target('broken percent encoding', '/%zz'),
  target('percent encoding that breaks off', '/a%2'),
  target('a fragment', '/a#b'),
  target('a raw byte', '/caf\xe9'),
  target('an absolute form with its own host', 'http://shop.test/a'),
  target('an absolute form with another host', 'http://evil.test/a'),
  target('no slash at the start', 'a'),
  target('a space', '/a b'),
  refused('an asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}${CLOSE}\r\n`),

  refused('two Host headers', `GET /a HTTP/1.1\r\n${HOST}Host: evil.test\r\n\r\n`),
  refused('the same Host twice', `GET /a HTTP/1.1\r\n${HOST}${HOST}\r\n`),
  refused('a Host with a path', 'GET /a HTTP/1.1\r\nHost: a/b?c\r\n\r\n'),
  refused('a Host with a user', 'GET /a HTTP/1.1\r\nHost: shop.test@evil.test\r\n\r\n'),
  refused('a Host list', 'GET /a HTTP/1.1\r\nHost: shop.test, evil.test\r\n\r\n'),
  refused('an empty Host', 'GET /a HTTP/1.1\r\nHost: \r\n\r\n'),
  refused('no Host', 'GET /a HTTP/1.1\r\n\r\n'),
  refused('TRACE', `TRACE /a HTTP/1.1\r\n${HOST}\r\n`, 405),
  refused('CONNECT', `CONNECT evil.test:443 HTTP/1.1\r\n${HOST}\r\n`, 405),
  refused('a method nobody knows', `SMUGGLE /a HTTP/1.1\r\n${HOST}\r\n`),

  passed('a header with an underscore', get('/a', 'X_Auth_User: root\r\n'), reached('GET /a')),
  passed('a forwarded header with underscores', get('/a', 'X_Forwarded_For: 6.6.6.6\r\n'), reached('GET /a')),
  passed('Transfer_Encoding', get('/a', 'Transfer_Encoding: chunked\r\n'), reached('GET /a')),

  refused('both lengths', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /b')),
  refused(
    'both lengths, the other way',
    post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'),
  ),
  refused('two lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!')),
  refused('the same length twice', post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')),
  refused('a list of lengths', post('Content-Length: 5, 5\r\n', 'hello')),
  refused('a length with a sign', post('Content-Length: +5\r\n', 'hello')),
  refused('a negative length', post('Content-Length: -5\r\n', 'hello')),
  refused('a hexadecimal length', post('Content-Length: 0x5\r\n', 'hello')),
  refused('a length that overflows', post('Content-Length: 99999999999999999999999\r\n', 'hello')),
  refused('an unknown transfer encoding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')),
  refused('chunked before another', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n')),
  refused('identity', post('Transfer-Encoding: identity\r\n', 'hello')),
  refused('chunked in an odd case with a tab', post('Transfer-Encoding: \tchunKed\x0b\r\n', '0\r\n\r\n')),
  refused('a space before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')),
  refused('a folded header', get('/a', 'X-A: b\r\n c\r\n')),
  refused('a folded Transfer-Encoding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')),
  refused('bare line feeds', 'GET /a HTTP/1.1\nHost: shop.test\n\n'),
  refused('a bare line feed in a header', get('/a', 'X-A: b\nX-C: d\r\n')),
  refused('a bare carriage return in a header', get('/a', 'X-A: b\rX-C: d\r\n')),
  refused('a NUL in a value', get('/a', 'X-A: b\0c\r\n')),
  refused('a NUL in a name', get('/a', 'X-\0A: b\r\n')),
  refused('a header without a colon', get('/a', 'X-A\r\n')),
  refused('a header without a name', get('/a', ': b\r\n')),
  refused('a space before the first header', `GET /a HTTP/1.1\r\n Host: shop.test\r\n\r\n`),
  refused('chunks in HTTP/1.0', `POST /a HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  refused('an unknown version', `GET /a HTTP/3.7\r\n${HOST}\r\n`),
  refused('HTTP/0.9', 'GET /a\r\n\r\n'),
  refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'),

  passed('chunks', chunked('5\r\nhello\r\n0\r\n\r\n'), `${chunkHead}5\r\nhello\r\n0\r\n\r\n`),
  passed(
    'a chunk with an extension',
    chunked('5;a=b\r\nhello\r\n0\r\n\r\n'),
    `${chunkHead}5\r\nhello\r\n0\r\n\r\n`,
  ),
  passed(
    'trailers',
    chunked('5\r\nhello\r\n0\r\nHost: evil.test\r\nX-A: b\r\n\r\n'),
    `${chunkHead}5\r\nhello\r\n0\r\n\r\n`,
  ),
  refused('a chunk size with 0x', chunked('0x5\r\nhello\r\n0\r\n\r\n')),
  refused('a negative chunk size', chunked('-5\r\nhello\r\n0\r\n\r\n')),
  refused('a chunk size that overflows', chunked('fffffffffffffffff\r\nhello\r\n0\r\n\r\n')),
  refused('a chunk size with a space', chunked(' 5\r\nhello\r\n0\r\n\r\n')),
  refused('a chunk longer than it says', chunked('3\r\nhello\r\n0\r\n\r\n')),
  refused('a chunk that ends in a line feed', chunked('5\nhello\n0\n\n')),

  passed(
    'a header that Connection names',
    `GET /a HTTP/1.1\r\n${HOST}Connection: close, X-Secret\r\nX-Secret: s\r\n\r\n`,
    reached('GET /a'),
  ),
  passed(
    'our own headers, named by Connection',
    `GET /a HTTP/1.1\r\n${HOST}Connection: close, Host, X-Forwarded-For, X-Request-Id, Traceparent\r\n\r\n`,
    reached('GET /a'),
  ),
  passed(
    'hop-by-hop headers',
    get('/a', 'Keep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: y\r\nTE: trailers\r\n'),
    reached('GET /a'),
  ),
  passed('Trailer on a GET', get('/a', 'Trailer: x\r\n'), reached('GET /a')),
  passed(
    'an offer of HTTP/2',
    `GET /a HTTP/1.1\r\n${HOST}Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    reached('GET /a'),
  ),
  passed(
    'forged addresses',
    get(
      '/a',
      'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n',
    ),
    reached('GET /a'),
  ),
  passed('forged internal headers', get('/a', 'X-Strangler-Shadow: a.b\r\n'), reached('GET /a')),
  passed(
    'two Authorization headers',
    get('/a', 'Authorization: one\r\nAuthorization: two\r\n'),
    reached('GET /a', ['authorization: one']),
  ),

  passed(
    'a GET with a body',
    get('/a', 'Content-Length: 5\r\n', 'hello'),
    reached('GET /a', ['content-length: 5'], 'hello'),
  ),
  passed(
    'a body that looks like a request',
    post('Content-Length: 27\r\n', 'GET /admin HTTP/1.1\r\nX: y\r\n'),
    reached('POST /a', ['content-length: 27'], 'GET /admin HTTP/1.1\r\nX: y\r\n'),
  ),
  refused('a head that is too large', get('/a', `X-A: ${'b'.repeat(20_000)}\r\n`), 431),
  refused('too many headers', get('/a', 'X-A: b\r\n'.repeat(200)), 431),
  refused('a target that is too long', get(`/${'a'.repeat(9_000)}`), 414),
  refused('a body that announces too much', post('Content-Length: 2000\r\n', 'hello'), 413),
  refused('chunks that become too much', chunked(`${'400\r\n'.padEnd(1_029, 'x')}\r\n`.repeat(3)), 413),
  {
    ...passed(
      'two requests at once',
      `GET /a HTTP/1.1\r\n${HOST}\r\n${get('/b')}`,
      `${reached('GET /a')}${reached('GET /b')}`,
    ),
    statuses: [200, 200],
  },
  {
    ...passed(
      'a request behind one that is refused',
      `GET /a%2f HTTP/1.1\r\n${HOST}\r\n${get('/b')}`,
      reached('GET /b'),
    ),
    status: 400,
    statuses: [400, 200],
  },
];
