import { asks, CLOSE, get, HOST, type HostileRequest, passed, reached, refused } from './hostile-request.ts';

const NORMALISE = ', ambiguousTargets: normalise';
const PASS = ', ambiguousTargets: pass';
const refusedTarget = (name: string, path: string) => refused(name, get(path));

/** Paths that servers read differently. */
export const TARGETS: HostileRequest[] = [
  passed('a plain request', get('/a'), reached('GET /a')),
  passed('a query with anything in it', get('/a?x=%2f..//\\y'), reached('GET /a?x=%2f..//\\y')),
  passed('encoded letters', get('/%61/%7Eb'), reached('GET /a/~b')),

  refusedTarget('an encoded slash', '/a%2fb'),
  refusedTarget('an encoded backslash', '/a%5Cb'),
  refusedTarget('a dot segment', '/a/../b'),
  refusedTarget('an encoded dot segment', '/a/%2e%2E/b'),
  refusedTarget('a half encoded dot segment', '/a/.%2e/b'),
  refusedTarget('a single dot', '/./a'),
  refusedTarget('a dot segment at the end', '/a/..'),
  refusedTarget('a backslash', '/a\\..\\b'),
  refusedTarget('two slashes at the start', '//evil.test/a'),
  refusedTarget('two slashes inside', '/a//b'),
  refusedTarget('an encoded NUL', '/a%00b'),
  refusedTarget('an encoded line break', '/a%0d%0aX-Y:z'),
  refusedTarget('broken percent encoding', '/%zz'),
  refusedTarget('percent encoding that breaks off', '/a%2'),
  refusedTarget('a fragment', '/a#b'),
  refusedTarget('a raw byte', '/caf\xe9'),
  refusedTarget('an absolute form with its own host', 'http://shop.test/a'),
  refusedTarget('an absolute form with another host', 'http://evil.test/a'),
  refusedTarget('no slash at the start', 'a'),
  refusedTarget('a space', '/a b'),
  refused('an asterisk', asks('OPTIONS *')),
  refused('an asterisk with another method', get('*')),
  refusedTarget('a dot segment with a parameter', '/a/..;x=y/b'),
  refusedTarget('an overlong dot', '/a/%c0%ae%c0%ae/b'),
  refusedTarget('an escape of sixteen bits', '/a/%u002e%u002e/b'),
  refusedTarget('an encoded DEL', '/a%7f'),
  refused('a NUL in the request line', get('/a\0b')),
  refused('a tab in the request line', `GET\t/a HTTP/1.1\r\n${HOST}\r\n`),
  passed('two spaces in the request line', `GET  /a  HTTP/1.1\r\n${HOST}${CLOSE}\r\n`, reached('GET /a')),
  refused('an authority without a method for it', get('evil.test:443')),
  passed('an escape of an escape', get('/a/%252e%252e/b'), reached('GET /a/%252e%252e/b')),
  passed('a path that is repaired', get('/x//..\\./a%2fb'), reached('GET /a/b'), NORMALISE),
  passed('an absolute form that is repaired', get('http://shop.test/a'), reached('GET /a'), NORMALISE),
  refused('an absolute form of another host', get('http://evil.test/b'), 400, NORMALISE),
  refused('an absolute form with a user', get('http://a@shop.test/b'), 400, NORMALISE),
  passed('a path that is passed', get('/a%2fb//..\\c'), reached('GET /a%2fb//..\\c'), PASS),
  refused('a raw byte, which the parser refuses before any policy', get('/caf\xe9'), 400, PASS),
  passed('a dot segment with a parameter that is repaired', get('/x/..;a=b/c'), reached('GET /c'), NORMALISE),
  refused('an overlong dot, which cannot be repaired', get('/a/%c0%ae%c0%ae/b'), 400, NORMALISE),
];
