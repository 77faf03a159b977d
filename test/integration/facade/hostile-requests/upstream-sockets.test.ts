import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from '../rig/facade.ts';
import { forEachForwarder } from '../rig/forwarders.ts';
import { startUpstream } from '../rig/upstream.ts';
import { upgradeHead } from '../rig/websocket.ts';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.ts';

forEachForwarder("An upstream's connection serves nobody else", () => {
  let upstream: RecordingUpstream;
  let facade: TestFacade;
  let client: Socket;
  let seen: string;

  beforeEach(async () => {
    upstream = await startRecordingUpstream();
    facade = await startTestFacade(config({ legacy: upstream.url, service: upstream.url }));
    seen = '';
    client = connect(Number(new URL(facade.url).port), '127.0.0.1');
    client.setEncoding('latin1').on('error', () => {});
    client.on('data', (text: string) => {
      seen += text;
    });
  });
  afterEach(async () => {
    client.destroy();
    await facade.close();
    await upstream.close();
  });

  const send = (text: string) => client.write(text, 'latin1');
  const arrived = (text: string) =>
    until(() => upstream.connections.some(({ bytes }) => bytes.includes(text)), {
      what: `${text} to arrive`,
    });
  /** The connection of the odd exchange is closed, or never sees another request. */
  const servesNobodyElse = async () => {
    const [first] = upstream.connections;
    const before = first!.bytes;
    for (let count = 0; count < 3; count += 1) {
      const answer = await fetch(facade.url).catch(() => undefined);
      await answer?.text().catch(() => {});
    }
    expect(first!.bytes, 'what came on it afterwards').to.equal(before);
    await until(() => first!.closed, { what: 'it to be closed' });
  };

  it('after the client left in the middle of its body', async () => {
    send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello');
    await arrived('hello');
    client.destroy();
    await servesNobodyElse();
  });

  it('after the client left in the middle of its chunks', async () => {
    send('POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await arrived('hello');
    client.destroy();
    await servesNobodyElse();
  });

  it('after a chunk that is none', async () => {
    send('POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await arrived('hello');
    send('0x5\r\nGET /admin HTTP/1.1\r\n\r\n');
    await until(() => /^HTTP\/1\.1 400/.test(seen), { what: 'the answer' });
    await servesNobodyElse();
    expect(upstream.connections.map(({ bytes }) => bytes).join('')).not.to.include('/admin');
  });

  it('after it answered before the body had ended', async () => {
    send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello');
    await arrived('hello');
    upstream.connections[0]!.socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
    await until(() => /403 Forbidden[\s\S]*no$/.test(seen), { what: 'the early answer' });
    client.destroy();
    await servesNobodyElse();
  });

  it('after it answered before the body had ended, to a client that goes on', async () => {
    send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');
    await arrived('hello');
    upstream.connections[0]!.socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
    await until(() => /403 Forbidden[\s\S]*no$/.test(seen), { what: 'the early answer' });
    send('GET /');
    await servesNobodyElse();
  });

  it('after the client left in the middle of the answer', async () => {
    upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegun';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.includes('begun'), { what: 'the answer to begin' });
    client.destroy();
    upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    await servesNobodyElse();
  });

  for (const [what, answer] of [
    ['both lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok'],
    ['a status that is none', 'HTTP/1.1 2x0 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['something that is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx-a: b\0c\r\ncontent-length: 2\r\n\r\nok'],
    ['a header that is too large', `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(200_000)}\r\n\r\n`],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    ],
    ['an upgrade to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['status 099', 'HTTP/1.1 099 Odd\r\ncontent-length: 2\r\n\r\nok'],
    ['status 000', 'HTTP/1.1 000 Odd\r\ncontent-length: 2\r\n\r\nok'],
    ['a coding that is not undone here', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nok'],
    [
      'a coding under the chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    ['a coding nobody knows', 'HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\nok'],
  ] as const) {
    it(`after it answered with ${what}, which is a 502`, async () => {
      upstream.answer = answer;
      send('POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi');
      await until(() => seen.startsWith('HTTP/1.1 502'), { what: `the answer; came: ${seen.slice(0, 200)}` });
      upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
      await servesNobodyElse();
    });
  }

  it('after it refused an upgrade', async () => {
    upstream.answer = 'HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno';
    send(upgradeHead('/ws'));
    await until(() => /^HTTP\/1\.1 404 [\s\S]*no$/.test(seen), { what: `the answer; came: ${seen}` });
    await servesNobodyElse();
  });

  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\n';
  for (const [what, answer] of [
    ['another protocol', `${SWITCH}upgrade: h2c\r\nconnection: upgrade\r\n\r\n`],
    ['an end of the connection', `${SWITCH}upgrade: websocket\r\nconnection: close\r\n\r\n`],
    ['a change to nothing', `${SWITCH}\r\n`],
    ['a status below 100', 'HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\nno'],
    ['a control character in a header', 'HTTP/1.1 404 X\r\nx-a: b\x01c\r\ncontent-length: 2\r\n\r\nno'],
    ['something that is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
  ] as const) {
    it(`after it answered an upgrade with ${what}, which is a 502`, async () => {
      upstream.answer = answer;
      send(upgradeHead('/ws'));
      await until(() => seen.startsWith('HTTP/1.1 502'), { what: `the answer; came: ${seen.slice(0, 200)}` });
      expect(seen.match(/HTTP\/1\.1/g)).to.have.length(1);
      upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
      await servesNobodyElse();
    });
  }

  it('before it is asked for an upgrade', async () => {
    expect(await (await fetch(facade.url)).text()).to.equal('ok');
    upstream.answer = 'HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno';
    send(upgradeHead('/ws'));
    await until(() => /^HTTP\/1\.1 404 /.test(seen), { what: 'the answer' });
    expect(upstream.connections.map(({ bytes }) => /^upgrade: /im.test(bytes))).to.deep.equal([false, true]);
  });

  it('after it announced trailers and sent them: none comes through', async () => {
    upstream.answer =
      'HTTP/1.1 200 OK\r\ntrailer: X-T\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: s\r\n\r\n';
    send('GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await until(() => client.closed, { what: 'the whole answer' });
    expect(seen).to.match(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
    expect(seen).not.to.match(/trailer|x-t:/i);
    upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    expect(await (await fetch(facade.url)).text()).to.equal('ok');
  });

  for (const [what, reason] of [
    ['a control character', 'O\x01K'],
    ['a DEL', 'O\x7fK'],
  ]) {
    it(`stays in use after a reason with ${what}, which is left out`, async () => {
      upstream.answer = `HTTP/1.1 404 ${reason}\r\ncontent-length: 2\r\n\r\nno`;
      send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
      await until(() => seen.endsWith('\r\n\r\nno'), { what: `the answer; came: ${seen}` });
      expect(seen).to.match(/^HTTP\/1\.1 404 Not Found\r\n/);
      expect(await (await fetch(facade.url)).text()).to.equal('no');
      expect(upstream.connections).to.have.length(1);
    });
  }

  it('hands a read on to legacy after an answer that cannot be passed on, and leaves that answer whole', async () => {
    upstream.answer = 'HTTP/1.1 099 Odd\r\ncontent-length: 200\r\n\r\nok';
    const legacy = await startUpstream(async (_request, response) => {
      response.write('begun');
      await until(() => upstream.connections[0]!.closed, { what: "the service's connection to be closed" });
      // The facade has seen it closed, too.
      setImmediate(() => response.end(' and ended'));
    });
    await facade.close();
    const routes = route('r', 'path: /r', 'live');
    facade = await startTestFacade(config({ legacy: legacy.url, service: upstream.url, routes }));
    expect(await (await fetch(`${facade.url}/r`)).text()).to.equal('begun and ended');
    await legacy.close();
  });

  it('passes a reason that is no UTF-8 on as it came, or the usual one', async () => {
    upstream.answer = 'HTTP/1.1 404 \xe9\xff\r\ncontent-length: 2\r\n\r\nno';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.endsWith('\r\n\r\nno'), { what: 'the answer' });
    expect(seen.split('\r\n')[0]).to.be.oneOf(['HTTP/1.1 404 \xe9\xff', 'HTTP/1.1 404 Not Found']);
  });

  it('passes all links of a 103 on', async () => {
    upstream.answer =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>; rel=preload, </c>; rel=preload\r\n\r\n' +
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.endsWith('\r\n\r\nok'), { what: 'the answer' });
    expect(seen.split('\r\n\r\n')[0]).to.equal(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload, </b>; rel=preload, </c>; rel=preload',
    );
  });

  it('breaks off visibly when chunks break off', async () => {
    upstream.answer = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nbegun\r\n';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.includes('begun'), { what: 'the answer to begin' });
    upstream.connections[0]!.socket.end();
    await until(() => client.closed, { what: "the client's connection to be closed" });
    expect(seen).to.match(/\r\n5\r\nbegun\r\n$/);
  });

  it('says no length of a 204, which has no body', async () => {
    upstream.answer = 'HTTP/1.1 204 No Content\r\nX-A: b\r\nContent-Length: 5\r\n\r\n';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.split('HTTP/1.1 204 ').length === 3, { what: `two answers; came: ${seen}` });
    expect(seen)
      .to.include('\r\nX-A: b\r\n')
      .and.not.match(/content-length|transfer-encoding/i);
  });

  it('after it said more than its length', async () => {
    upstream.answer =
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil';
    send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => seen.includes('\r\n\r\nok'), { what: 'the answer' });
    upstream.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    expect(await (await fetch(facade.url)).text()).to.equal('ok');
    expect(seen).not.to.include('evil');
  });
});
