import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { until } from '../support/wait.ts';
import {
  type AdminProcess,
  type Call,
  facadeProcess,
  type Running,
  workerProcess,
} from './admin-processes.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const token = (name: string, role: string) =>
  `{ name: ${name}, role: ${role}, sha256: ${sha256(`${name}-token`)} }`;
const TOKENS = [token('rita', 'reader'), token('otto', 'operator'), token('ada', 'admin')];

interface Asked {
  as?: string;
  headers?: Record<string, string>;
  /** Sent as it is, in place of the body. */
  text?: string;
}

interface Answer {
  status: number;
  code: string | undefined;
  message: string;
  headers: Record<string, unknown>;
}

/** Asks as it stands on the wire: `fetch` would not send a Host or an Origin of one's own. */
function call(
  base: string,
  [method, path, body]: Call,
  { as, headers = {}, text }: Asked = {},
): Promise<Answer> {
  const bearer = as === undefined ? {} : { authorization: `Bearer ${as}-token` };
  const type = method === 'GET' ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...type, ...bearer, ...headers } };
    const outgoing = httpRequest(base + path, options, async (answer) => {
      const told = Buffer.concat(await answer.toArray()).toString();
      const { code, message } = told.startsWith('{') ? JSON.parse(told) : {};
      resolve({ status: answer.statusCode!, code, message, headers: answer.headers });
    });
    outgoing.on('error', reject).end(text ?? (body && JSON.stringify(body)));
  });
}

/** Who may use an admin API, of whatever process. */
function guardsItsAdminApi(make: () => Promise<AdminProcess>) {
  let subject: AdminProcess;
  let running: Running | undefined;
  const start = async (tokens: readonly string[] = TOKENS, own = '') => {
    running = await subject.start({ tokens, own });
  };
  const ask = (what: Call, options?: Asked) => call(running!.admin, what, options);
  const read = (options?: Asked) => ask(['GET', subject.reads[0]!], options);
  const change = (options?: Asked) => ask(subject.change, options);
  const wrongs = () => running!.log.filter(({ message }) => message === 'wrong admin token');
  const refused = async (reason: string) => {
    const text = await (await fetch(`${running!.admin}/metrics`)).text();
    const line = new RegExp(
      `^strangler_admin_refused_total\\{reason="${reason}",process="\\w+"\\} (\\d+)$`,
      'm',
    );
    return Number(line.exec(text)?.[1]);
  };

  before(async () => {
    subject = await make();
  });
  after(() => subject.close());
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

  it('lets readers read, operators change, and only admins do what is reserved to them', async () => {
    await start();
    for (const as of ['rita', 'otto', 'ada'])
      for (const path of subject.reads)
        expect((await ask(['GET', path], { as })).status, `${as} ${path}`).to.equal(200);
    const tooLow = await change({ as: 'rita' });
    expect([tooLow.status, tooLow.code]).to.deep.equal([403, 'ADMIN_ROLE_TOO_LOW']);
    expect(tooLow.message).to.include('rita').and.include('expected operator');
    expect((await change({ as: 'otto' })).status).to.equal(subject.changed);
    for (const what of subject.reserved) {
      const { status, code } = await ask(what, { as: 'otto' });
      expect([status, code], what[1]).to.deep.equal([403, 'ADMIN_ROLE_TOO_LOW']);
      expect((await ask(what, { as: 'ada' })).status, what[1]).to.equal(subject.changed);
    }
  });

  it('closes reading too as soon as there is a token, but not health and metrics', async () => {
    await start([]);
    expect((await read()).status).to.equal(200);
    for (const options of [{}, { as: 'ada' }]) {
      const { status, code } = await change(options);
      expect([status, code]).to.deep.equal([403, 'ADMIN_TOKEN_MISSING']);
    }
    await running!.edit(TOKENS);
    await until(async () => (await read()).status === 401, { what: 'the tokens to count' });
    for (const path of subject.reads) {
      const { code, headers } = await ask(['GET', path]);
      expect([code, headers['www-authenticate']], path).to.deep.equal(['ADMIN_TOKEN_WRONG', 'Bearer']);
    }
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect((await ask(['GET', path])).status, path).to.equal(200);
    expect((await read({ as: 'rita' })).status).to.equal(200);
  });

  it("refuses a request without a token that comes by another site's name", async () => {
    await start([]);
    for (const host of ['evil.test', '127.0.0.1.evil.test:80', '10.0.0.1']) {
      const { status, code } = await read({ headers: { host } });
      expect([status, code], host).to.deep.equal([403, 'ADMIN_PAGE_FOREIGN']);
    }
    expect((await read({ headers: { host: 'localhost:1' } })).status).to.equal(200);
  });

  it('knows the token of the environment beside those of the file, as that of an admin', async () => {
    await start(TOKENS, 'own-token');
    expect((await ask(subject.reserved[0]!, { as: 'own' })).status).to.equal(subject.changed);
    expect((await change({ as: 'otto' })).status).to.equal(subject.changed);
  });

  it('takes a token that an edit of the file takes out at once', async () => {
    await start();
    await running!.edit(TOKENS.slice(1));
    await until(async () => (await read({ as: 'rita' })).status === 401, { what: 'the edit to count' });
    expect((await read({ as: 'otto' })).status).to.equal(200);
  });

  it("refuses changes that another site's page sends, or a form, or a cookie", async () => {
    await start();
    const { host } = new URL(running!.admin);
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://${host}.evil.test` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${host}` },
    ];
    for (const headers of foreign) {
      const { status, code } = await change({ as: 'ada', headers });
      expect([status, code], JSON.stringify(headers)).to.deep.equal([403, 'ADMIN_PAGE_FOREIGN']);
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const { status, code } = await change({ as: 'ada', headers: { 'content-type': type } });
      expect([status, code], type).to.deep.equal([415, 'ADMIN_BODY_NOT_JSON']);
    }
    expect((await change({ headers: { cookie: 'token=ada-token' } })).status).to.equal(401);
    const own = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await change({ as: 'ada', headers: own })).status).to.equal(subject.changed);
  });

  it('says what is wrong with a body that it cannot read', async () => {
    await start();
    for (const [text, found] of [
      ['{ "reason": ', 'a body that is not JSON'],
      [JSON.stringify({ reason: 'x'.repeat(70_000) }), 'a body of more than 64 kB'],
    ] as const) {
      const { status, code, message } = await change({ as: 'ada', text });
      expect([status, code]).to.deep.equal([400, 'ADMIN_BODY_UNREADABLE']);
      expect(message).to.include(found);
    }
  });

  it('makes an address wait after many different wrong tokens, and never logs one', async () => {
    await start();
    let guesses = 0;
    for (; guesses < 100; guesses += 1) if ((await read({ as: `guessed-${guesses}` })).status === 429) break;
    expect(guesses).to.be.within(5, 50);
    const late = await change({ as: 'ada' });
    expect([late.status, late.code]).to.deep.equal([429, 'ADMIN_ATTEMPTS_TOO_MANY']);
    expect(Number(late.headers['retry-after'])).to.be.within(1, 60);
    expect(wrongs()).to.have.length(guesses);
    expect(wrongs()[0]).to.include({ address: '127.0.0.1', method: 'GET', path: subject.reads[0] });
    expect(JSON.stringify(running!.log)).not.to.include('guessed');
    expect(await refused('wrong token')).to.equal(guesses);
  });

  it('lets a right token pass beside a program that goes on with a wrong one', async () => {
    await start();
    for (let polls = 0; polls < 60; polls += 1) expect((await read({ as: 'stale' })).status).to.equal(401);
    expect((await change({ as: 'otto' })).status).to.equal(subject.changed);
    expect(wrongs()).to.have.length(1);
    expect(await refused('wrong token')).to.equal(60);
  });

  it('does not start where other machines reach it without a token, or with one to be guessed', async () => {
    const host = '0.0.0.0';
    const raised = (tokens: readonly string[], own: string) =>
      subject.start({ tokens, own, host }).then(
        async (started) => {
          await started.close();
          return 'started';
        },
        ({ code }) => code,
      );
    expect(await raised([], '')).to.equal('ADMIN_EXPOSED');
    expect(await raised([], 'short')).to.equal('ADMIN_TOKEN_SHORT');
    expect(await raised(TOKENS, 'short')).to.equal('ADMIN_TOKEN_SHORT');
    expect(await raised([], 'sixteen-or-more-characters')).to.equal('started');
  });

  it('refuses an edit that would open it to other machines', async () => {
    running = await subject.start({ tokens: TOKENS, own: '', host: '0.0.0.0' });
    await running.edit([]);
    await until(() => running!.log.some(({ code }) => code === 'ADMIN_EXPOSED'), {
      what: 'the edit to be refused',
    });
    const { port } = new URL(running.admin);
    const seen = (options: Asked) => call(`http://127.0.0.1:${port}`, ['GET', subject.reads[0]!], options);
    expect((await seen({})).status).to.equal(401);
    expect((await seen({ as: 'rita' })).status).to.equal(200);
  });
}

describe('The admin API of the facade, and who may use it:', () => guardsItsAdminApi(facadeProcess));
describe('The admin API of the worker, and who may use it:', () => guardsItsAdminApi(workerProcess));
