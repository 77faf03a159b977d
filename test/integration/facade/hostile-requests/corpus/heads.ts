import {
  chunked,
  EXPECTS,
  get,
  HOST,
  type HostileRequest,
  passed,
  post,
  reached,
  refused,
} from './hostile-request.ts';

/** Hosts, methods and headers. */
export const HEADS: HostileRequest[] = [
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
  passed(
    'forged addresses and targets in other words',
    get(
      '/a',
      ['Prefix', 'Server', 'Scheme', 'Ssl', 'Port', 'Anything']
        .map((what) => `X-Forwarded-${what}: x\r\n`)
        .join('') +
        'X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-Original-Host: evil.test\r\nTrue-Client-IP: 6.6.6.6\r\n' +
        'X-Client-IP: 6.6.6.6\r\nX-Cluster-Client-IP: 6.6.6.6\r\nCF-Connecting-IP: 6.6.6.6\r\n' +
        'Fastly-Client-IP: 6.6.6.6\r\nFront-End-Https: on\r\n',
    ),
    reached('GET /a'),
  ),
  passed(
    'a proxy for CGI programs',
    get('/a', 'Proxy: http://evil.test\r\nProxy-Foo: x\r\n'),
    reached('GET /a'),
  ),
  passed('forged internal headers', get('/a', 'X-Strangler-Shadow: a.b\r\n'), reached('GET /a')),
  passed(
    'two Authorization headers',
    get('/a', 'Authorization: one\r\nAuthorization: two\r\n'),
    reached('GET /a', ['authorization: one']),
  ),

  refused('a head that is too large', get('/a', `X-A: ${'b'.repeat(20_000)}\r\n`), 431),
  refused('too many headers', get('/a', 'X-A: b\r\n'.repeat(200)), 431),
  refused('a target that is too long', get(`/${'a'.repeat(9_000)}`), 414),
  refused('a body that announces too much', post('Content-Length: 2000\r\n', 'hello'), 413),
  refused('chunks that become too much', chunked(`${'400\r\n'.padEnd(1_029, 'x')}\r\n`.repeat(3)), 413),
  passed('no Host in HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n', [{ ...reached('GET /a')[0]!, host: 'upstream' }]),
  refused('another host than those served', get('/a'), 421, ', hosts: [other.test]'),
  refused(
    'an underscore where they are refused',
    get('/a', 'X_A: b\r\n'),
    400,
    ', underscoreHeaders: reject',
  ),
  passed(
    'underscores where they are passed',
    get(
      '/a',
      'X_A: b\r\nX_Strangler_Shadow: s\r\nX_Forwarded-For: 6.6.6.6\r\nX_Forwarded_Prefix: /p\r\nX_Original_URL: /admin\r\n' +
        'Proxy_Foo: x\r\nTrue_Client_IP: 6.6.6.6\r\nTransfer_Encoding: chunked\r\n',
    ),
    reached('GET /a', ['x_a: b']),
    ', underscoreHeaders: pass',
  ),
  passed('internal headers in odd case', get('/a', 'x-STRANGLER-side: s\r\n'), reached('GET /a')),
  passed(
    'headers that come once, twice',
    get('/a', 'Content-Type: a/b\r\nContent-Type: c/d\r\nUser-Agent: a\r\nUser-Agent: b\r\n'),
    reached('GET /a', ['content-type: a/b', 'user-agent: a']),
  ),
  passed(
    'two Cookie headers',
    get('/a', 'Cookie: a=1\r\nCookie: b=2\r\n'),
    reached('GET /a', ['cookie: a=1; b=2']),
  ),
  passed('a byte that is not ASCII', get('/a', 'X-A: \xe9\xff\r\n'), reached('GET /a', ['x-a: \xe9\xff'])),
  refused('a control character in a value', get('/a', 'X-A: b\x01c\r\n')),
  refused('a bracket in a name', get('/a', 'X(A): b\r\n')),
  refused('a byte that is not ASCII in a name', get('/a', 'X-\xe9: b\r\n')),
  refused('an expectation nobody knows', get('/a', 'Expect: miracles\r\n'), 417),
  passed(
    'an expectation of 100 Continue by one who does not wait',
    post('Content-Length: 5\r\nExpect: 100-continue\r\n', 'hello'),
    reached('POST /a', ['content-length: 5', EXPECTS], 'hello'),
  ),
  passed(
    'an upgrade by a POST',
    post('Upgrade: websocket\r\nContent-Length: 2\r\n', 'hi'),
    reached('POST /a', ['content-length: 2'], 'hi'),
  ),
  refused('a lower-case method', `get /a HTTP/1.1\r\n${HOST}\r\n`),
  refused('a lower-case version', `GET /a http/1.1\r\n${HOST}\r\n`),
  passed(
    'another protocol, which comes out as HTTP',
    `SOURCE /a ICE/1.0\r\n${HOST}Content-Length: 2\r\n\r\nhi`,
    reached('SOURCE /a', ['content-length: 2'], 'hi'),
  ),
];
