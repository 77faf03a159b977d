import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type {
  AnswerHead,
  Attempt,
  FailedOver,
  Forwarder,
  ForwarderEvents,
} from '../../facade/forwarding/forwarder.ts';
import { type ForwarderFactory, forwarderFactory } from '../../facade/forwarding/forwarder-factory.ts';
import { FORWARDERS } from '../integration/facade/rig/forwarders.ts';
import { sendRaw, startRawServer } from '../integration/facade/rig/raw.ts';
import { NOBODY } from '../support/nobody.ts';
import { until } from '../support/wait.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CLOSE = 'Host: h\r\nConnection: close\r\n\r\n';

/** A server of clients that does nothing but forward. */
interface Front {
  url: string;
  told: string[];
  attempts: Attempt[];
  close(): Promise<void>;
}

/** `elsewhere` gets what found no connection; `fresh`: whether a request has a connection opened for it. */
async function startFront(
  forwarder: Forwarder,
  { elsewhere, fresh = () => false }: { elsewhere?: Forwarder; fresh?: () => boolean } = {},
): Promise<Front> {
  const told: string[] = [];
  const attempts: Attempt[] = [];
  const server: Server = createServer((incoming, response) => {
    delete incoming.headers.connection;
    const events = eventsFor(response, told);
    const onFailure = (error: Error, over: FailedOver) => {
      if (over !== 'none' || elsewhere === undefined) return events.onFailure(error, over);
      elsewhere.send(incoming, response, events);
    };
    attempts.push(forwarder.send(incoming, response, { ...events, onFailure }, fresh()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    attempts,
    close: () =>
      new Promise((resolve) => {
        forwarder.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function eventsFor(response: ServerResponse, told: string[]): ForwarderEvents {
  return {
    onHints: (link) => void told.push(`hints ${link}`),
    onHead({ statusCode, statusMessage, rawHeaders }: AnswerHead) {
      told.push(`head ${statusCode}`);
      if (rawHeaders.includes('X-Unpassable')) throw new Error('cannot be passed on');
      const kept = rawHeaders.flatMap((name, index) =>
        index % 2 === 0 && !/^(connection|keep-alive|transfer-encoding|date)$/i.test(name)
          ? [name, rawHeaders[index + 1]!]
          : [],
      );
      response.sendDate = false;
      response.writeHead(statusCode!, statusMessage, kept);
      return { chunk: () => {}, end: () => void told.push('end') };
    },
    onFailure(error, over) {
      told.push(`failure ${error.message} (${over})`);
      response.writeHead(502, { connection: 'close' }).end();
    },
    onCut: () => void told.push('cut'),
  };
}

/** What every forwarder does. */
function behavesLikeAForwarder(create: ForwarderFactory) {
  const opened: { close(): unknown }[] = [];
  let sockets: Socket[] = [];
  /** What the upstream received, as text of one byte a character. */
  let seen = '';
  beforeEach(() => {
    sockets = [];
    seen = '';
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  /** An upstream that calls `serve` with each piece that arrives, and a front before it. */
  const start = async (serve: (socket: Socket, text: string) => void, path = '', fresh = () => false) => {
    const upstream = await startRawServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => {
        seen += data.toString('latin1');
        serve(socket, data.toString('latin1'));
      });
    });
    opened.push(upstream);
    const front = await startFront(create(upstream.url + path), { fresh });
    opened.push(front);
    return front;
  };
  const body = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4);

  it('carries method, path and headers as they stand, behind the path of the target', async () => {
    const { url, told } = await start((socket) => socket.write(OK), '/base');
    const bytes = 'PURGE /a/b;c?q=%20x HTTP/1.1\r\nX-Name: \xe9\xff\r\nCookie: a=1\r\n';
    expect(body(await sendRaw(url, Buffer.from(bytes + CLOSE, 'latin1')))).to.equal('ok');
    expect(seen.split('\r\n')[0]).to.equal('PURGE /base/a/b;c?q=%20x HTTP/1.1');
    expect(seen.toLowerCase()).to.include('\r\nhost: h\r\n').and.include('\r\ncookie: a=1\r\n');
    expect(seen).to.include(': \xe9\xff\r\n');
    expect(told).to.deep.equal(['head 200', 'end']);
  });

  it("gives an answer's reason and headers in their order and case, byte for byte", async () => {
    const head =
      'HTTP/1.1 299 Sch\xc3\xb6n\r\nZebra: \xe9\r\nSet-Cookie: a=1\r\naPPle: 2\r\nSet-Cookie: b=2\r\n';
    const { url } = await start((socket) => socket.write(`${head}Content-Length: 0\r\n\r\n`, 'latin1'));
    const answer = await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`);
    expect(answer.replace(/Connection: close\r\n/i, '')).to.equal(`${head}Content-Length: 0\r\n\r\n`);
  });

  it('keeps the framing of a body: its length, or chunks', async () => {
    const { url } = await start((socket, text) => {
      if (text.endsWith('hello') || text.endsWith('0\r\n\r\n')) socket.write(OK);
    });
    await sendRaw(url, `POST / HTTP/1.1\r\nContent-Length: 5\r\n${CLOSE}hello`);
    expect(seen.toLowerCase()).to.match(/\r\ncontent-length: 5\r\n(.*\r\n)*\r\nhello$/);
    expect(seen.toLowerCase()).to.not.include('transfer-encoding');
    seen = '';
    await sendRaw(url, `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${CLOSE}5\r\nhello\r\n0\r\n\r\n`);
    expect(seen.toLowerCase())
      .to.include('\r\ntransfer-encoding: chunked\r\n')
      .and.not.include('content-length');
    expect(seen).to.match(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
  });

  it('takes a 103 for no answer, and HEAD, 204 and 304 for whole without a body', async () => {
    const answers: Record<string, string> = {
      '/early': `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`,
      '/head': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n',
      '/none': 'HTTP/1.1 204 No Content\r\n\r\n',
      '/same': 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 2\r\n\r\n',
    };
    const { url, told } = await start((socket, text) => socket.write(answers[text.split(' ')[1]!]!));
    for (const [method, path, status] of [
      ['GET', '/early', 200],
      ['HEAD', '/head', 200],
      ['GET', '/none', 204],
      ['GET', '/same', 304],
      ['GET', '/early', 200],
    ] as const) {
      const answer = await sendRaw(url, `${method} ${path} HTTP/1.1\r\n${CLOSE}`);
      expect(answer, path).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      expect(body(answer), path).to.equal(path === '/early' ? 'ok' : '');
    }
    expect(told.filter((one) => !/^head|^end$/.test(one))).to.deep.equal(['hints </a>', 'hints </a>']);
  });

  it('takes a head that cannot be passed on for a failure, and uses that connection no more', async () => {
    const { url, told } = await start((socket) =>
      socket.write(told.length === 0 ? OK.replace('\r\n', '\r\nX-Unpassable: 1\r\n') : OK),
    );
    expect(await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`)).to.match(/^HTTP\/1.1 502 /);
    await until(() => sockets[0]!.destroyed, { what: 'the connection to be closed' });
    expect(body(await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`))).to.equal('ok');
    expect(told).to.deep.equal(['head 200', 'failure cannot be passed on (new)', 'head 200', 'end']);
  });

  it('takes an upgrade that nobody asked for for a failure', async () => {
    const { url, told } = await start((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n'),
    );
    expect(await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`)).to.match(/^HTTP\/1.1 502 /);
    expect(told).to.have.length(1);
  });

  it('tells all links of a 103, as lines or in one', async () => {
    const { url, told } = await start((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>, </c>\r\n\r\n${OK}`),
    );
    expect(body(await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`))).to.equal('ok');
    expect(told[0]!.replaceAll(' ', '')).to.equal('hints</a>,</b>,</c>');
  });

  it('sends one request after the other over one connection', async () => {
    const { url } = await start((socket) => socket.write(OK));
    for (let index = 0; index < 5; index += 1) await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`);
    expect(sockets).to.have.length(1);
  });

  it('passes an answer on that comes before the end of the upload, and uses that connection no more', async () => {
    const { url } = await start((socket, text) => {
      if (text.startsWith('POST')) socket.write(OK);
      else if (text.startsWith('GET')) socket.write(OK);
    });
    const early = sendRaw(url, `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nhalf`, /ok$/);
    expect(body(await early)).to.equal('ok');
    await until(() => sockets[0]!.destroyed, { what: 'the connection to be closed' });
    expect(body(await sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`))).to.equal('ok');
    expect(sockets).to.have.length(2);
  });

  it('tells a connection that broke when it was reused from one that broke at once, and from none', async () => {
    const { url, told } = await start((socket, text) => {
      if (socket.bytesWritten > 0 || text.includes('/new')) socket.resetAndDestroy();
      else socket.write(OK);
    });
    const get = (path: string) => sendRaw(url, `GET ${path} HTTP/1.1\r\n${CLOSE}`);
    await get('/');
    expect(await get('/')).to.match(/^HTTP\/1.1 502 /);
    expect(told.at(-1)).to.match(/^failure .*\(kept\)$/);
    await get('/new');
    expect(told.at(-1)).to.match(/^failure .*\(new\)$/);
    for (const target of [NOBODY, 'http://nobody.invalid']) {
      const nobody = await startFront(create(target));
      opened.push(nobody);
      await sendRaw(nobody.url, `POST / HTTP/1.1\r\nContent-Length: 1\r\n${CLOSE}x`);
      expect(nobody.told, target).to.have.length(1);
      expect(nobody.told[0]).to.match(/^failure .*\(none\)$/);
    }
  });

  it('opens a connection for a request that wants a fresh one, and keeps it for those to come', async () => {
    let fresh = false;
    const { url } = await start(
      (socket) => socket.write(OK),
      '',
      () => fresh,
    );
    const get = () => sendRaw(url, `GET / HTTP/1.1\r\n${CLOSE}`);
    await get();
    fresh = true;
    for (let index = 0; index < 3; index += 1) await get();
    expect(sockets).to.have.length(4);
    fresh = false;
    for (let index = 0; index < 3; index += 1) await get();
    expect(sockets).to.have.length(4);
    expect(sockets.filter(({ destroyed }) => destroyed)).to.deep.equal([]);
  });

  it('leaves the body whole where it finds no connection, however it comes', async () => {
    const { told } = await start(() => {});
    const whole: string[] = [];
    const other = createServer(async (incoming, response) => {
      const text = Buffer.concat(await incoming.toArray()).toString();
      whole.push(`${incoming.headers.expect ?? 'unasked'} ${text.length} ${text.slice(-1)}`);
      response.end('ok');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => other.close() });
    const elsewhere = create(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const front = await startFront(create(NOBODY), { elsewhere });
    opened.push(elsewhere, front);
    const long = `${'x'.repeat(300_000)}y`;
    const counted = `Content-Length: ${long.length}\r\n`;
    const chunked = 'Transfer-Encoding: chunked\r\n';
    const post = `POST / HTTP/1.1\r\n${CLOSE.slice(0, -2)}`;
    await sendRaw(front.url, `${post}Content-Length: 2\r\n\r\nxy`);
    await sendRaw(front.url, `${post}${counted}\r\n${long}`);
    await sendRaw(front.url, `${post}${chunked}\r\n${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`);
    await sendRaw(front.url, `${post}${counted}Expect: 100-continue\r\n\r\n${long}`);
    expect(whole).to.deep.equal([
      'unasked 2 y',
      `unasked ${long.length} y`,
      `unasked ${long.length} y`,
      `100-continue ${long.length} y`,
    ]);
    expect(front.told.filter((one) => one.startsWith('failure'))).to.deep.equal([]);
    expect(told).to.deep.equal([]);
  });

  it('lets the client see that an answer was cut off', async () => {
    const { url, told } = await start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
    });
    const outcome = await new Promise((resolve) => {
      request(url, (answer) => {
        answer.resume();
        answer.on('error', () => resolve(answer.complete)).on('end', () => resolve('whole'));
      }).end();
    });
    expect(outcome).to.equal(false);
    expect(told[0]).to.equal('head 200');
    expect(told.slice(1)).to.include('cut').and.not.include('end');
  });

  it('ends the exchange at the upstream when the client leaves, in each phase, and says nothing of a failure', async () => {
    const { url, told } = await start((socket, text) => {
      if (text.includes('/body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    });
    const { hostname, port } = new URL(url);
    for (const bytes of [
      'GET /head HTTP/1.1\r\nHost: h\r\n\r\n',
      'GET /body HTTP/1.1\r\nHost: h\r\n\r\n',
      'POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf',
    ]) {
      const before = sockets.length;
      const client = connect(Number(port), hostname, () => client.write(bytes));
      await until(() => sockets.length === before + 1 && seen.includes(bytes.split(' ')[1]!));
      client.destroy();
      await until(() => sockets[before]!.destroyed, { what: `the upstream to see it leave: ${bytes}` });
    }
    expect(told.filter((one) => one.startsWith('failure'))).to.deep.equal([]);
  });

  it('can be given up: a failure before the head, a cut after it', async () => {
    const { url, told, attempts } = await start((socket, text) => {
      if (text.includes('/body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    });
    const silent = sendRaw(url, `GET /silent HTTP/1.1\r\n${CLOSE}`);
    await until(() => seen.includes('/silent'));
    attempts[0]!.giveUp(new Error('too slow'));
    expect(await silent).to.match(/^HTTP\/1.1 502 /);
    expect(told).to.deep.equal(['failure too slow (new)']);
    const begun = sendRaw(url, `GET /body HTTP/1.1\r\n${CLOSE}`).catch(() => 'reset');
    await until(() => told.includes('head 200'));
    attempts[1]!.giveUp(new Error('too slow'));
    await begun;
    await until(() => told.includes('cut'));
    await until(() => sockets.every((socket) => socket.destroyed));
  });

  it('holds the upstream back when the client does not read, and the client when the upstream does not', async () => {
    const CHUNK = Buffer.alloc(1 << 16, 'x');
    const { url } = await start((socket, text) => {
      if (!text.startsWith('GET')) return void socket.pause();
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1 << 30}\r\n\r\n`);
      while (socket.write(CHUNK));
      socket.on('drain', () => {
        while (socket.write(CHUNK));
      });
    });
    const { hostname, port } = new URL(url);
    const reader = connect(Number(port), hostname, () => reader.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n'));
    reader.pause();
    const uploader = connect(Number(port), hostname, () => {
      uploader.write(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${1 << 30}\r\n\r\n`);
      while (uploader.write(CHUNK));
      uploader.on('drain', () => {
        while (uploader.write(CHUNK));
      });
    });
    const stands = async (moved: () => number) => {
      let last = -1;
      await until(
        () => {
          const now = moved();
          const still = now > 0 && now === last;
          last = now;
          return still;
        },
        { interval: 150, what: 'the stream to stand still' },
      );
      return last;
    };
    expect(
      await stands(() => sockets.find(({ bytesWritten }) => bytesWritten > 0)?.bytesWritten ?? 0),
    ).to.be.lessThan(64e6);
    expect(await stands(() => uploader.bytesWritten - uploader.writableLength)).to.be.lessThan(64e6);
    reader.destroy();
    uploader.destroy();
  });
}

for (const kind of FORWARDERS) {
  describe(`Forwarder of ${kind}`, () => behavesLikeAForwarder(forwarderFactory(kind)));
}
