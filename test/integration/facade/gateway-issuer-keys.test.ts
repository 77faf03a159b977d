import { expect } from 'chai';
import { createTransport, type Transport } from '../../../chassis/http/transport.ts';
import { createNullLogger } from '../../../chassis/log.ts';
import { createIssuerKeys, type IssuerKeys } from '../../../facade/gateway/issuer-keys.ts';
import { type KeySet, readKeySet, verifyToken } from '../../../facade/gateway/json-web-token.ts';
import { until } from '../../support/wait.ts';
import { startIssuer, type TestIssuer } from './rig/issuer.ts';
import { sized } from './rig/upstream.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const CONFIG = {
  ...{ issuer: 'https://issuer.test', audience: ['shop'], jwks: '', clockTolerance: 0 },
  ...{ algorithms: ['ES256' as const], claims: { required: [], tenant: 'tenant' } },
};

describe('The keys of a token issuer', () => {
  let issuer: TestIssuer;
  let transport: Transport;
  let now: number;
  let fetched: string[];
  beforeEach(async () => {
    issuer = await startIssuer();
    transport = createTransport({ connections: 1 });
    now = 0;
    fetched = [];
  });
  afterEach(async () => {
    await transport.close();
    await issuer.server.close();
  });

  const create = (patience?: number) =>
    createIssuerKeys({
      ...{ jwks: `${issuer.server.url}/jwks`, transport, clock: { monotonic: () => now }, patience },
      ...{ log: createNullLogger(), onFetched: (outcome: string) => void fetched.push(outcome) },
    });
  const fetches = (count: number) => until(() => fetched.length === count, { what: `${count} fetches` });
  /** Verifies as a request would. */
  const kindOf = async (keys: IssuerKeys, token: string): Promise<string> => {
    const known = await keys.current();
    if (known === undefined) return 'no keys';
    const { kind } = await verifyToken(token, known, CONFIG, Date.now());
    if (kind !== 'key-unknown') return kind;
    return (await verifyToken(token, await keys.newer(known), CONFIG, Date.now())).kind;
  };
  const asked = () => issuer.server.received.length;
  const away = () =>
    issuer.server.answer((_request, response) => {
      response.statusCode = 503;
      response.end();
    });

  it('are there before the first request, and fetched once for many that come at once', async () => {
    const keys = create();
    const token = await issuer.token();
    const kinds = await Promise.all(Array.from({ length: 50 }, () => kindOf(keys, token)));
    expect(new Set(kinds)).to.deep.equal(new Set(['valid']));
    expect(asked()).to.equal(1);
  });

  it('follow a rotation without a restart', async () => {
    const keys = create();
    const old = await issuer.token();
    expect(await kindOf(keys, old)).to.equal('valid');
    await issuer.rotate();
    const young = await issuer.token();
    now += MINUTE;
    expect(await kindOf(keys, young)).to.equal('valid');
    expect(await kindOf(keys, old)).to.equal('valid');
    expect(asked()).to.equal(2);
    await issuer.rotate({ alone: true });
    now += MINUTE;
    expect(await kindOf(keys, await issuer.token())).to.equal('valid');
    expect(await kindOf(keys, young)).to.equal('key-unknown');
  });

  it('are renewed in the background when they are old, once for all who ask', async () => {
    const keys = create();
    const known = await keys.current();
    now += 11 * MINUTE;
    const stillKnown = await Promise.all(Array.from({ length: 50 }, () => keys.current()));
    expect(stillKnown.every((one) => one === known)).to.equal(true);
    await fetches(2);
    expect(asked()).to.equal(2);
    expect(await keys.current()).to.not.equal(known);
  });

  it('stay while the issuer is away for hours, but not for ever', async () => {
    const keys = create();
    const token = await issuer.token();
    expect(await kindOf(keys, token)).to.equal('valid');
    away();
    for (let hour = 1; hour <= 23; hour += 1) {
      now += HOUR;
      expect(await kindOf(keys, token)).to.equal('valid');
      await fetches(1 + hour);
    }
    now += HOUR;
    expect(await kindOf(keys, token)).to.equal('no keys');
    expect(fetched.filter((outcome) => outcome === 'ok')).to.have.length(1);
  });

  it('are asked for again soon after a start without the issuer', async () => {
    away();
    const keys = create();
    const token = await issuer.token();
    expect(await kindOf(keys, token)).to.equal('no keys');
    expect(await kindOf(keys, token)).to.equal('no keys');
    expect(asked()).to.equal(1);
    issuer.server.answer((_request, response) => response.end(JSON.stringify({ keys: issuer.keys() })));
    now += 31 * SECOND;
    expect(await kindOf(keys, token)).to.equal('valid');
  });

  for (const state of ['well', 'away'] as const)
    it(`are not asked for at every made-up key while the issuer is ${state}`, async () => {
      const keys = create();
      expect(await kindOf(keys, await issuer.token())).to.equal('valid');
      if (state === 'away') away();
      const before = asked();
      for (let second = 0; second < 90; second += 1) {
        now += SECOND;
        const tokens = await Promise.all(
          Array.from({ length: 5 }, (_, index) => issuer.token({}, { kid: `made-up-${second}-${index}` })),
        );
        const kinds = await Promise.all(tokens.map((token) => kindOf(keys, token)));
        expect(new Set(kinds)).to.deep.equal(new Set(['key-unknown']));
      }
      // One in thirty seconds.
      expect(asked() - before).to.equal(3);
      expect(await kindOf(keys, await issuer.token())).to.equal('valid');
    });

  const broken: [string, (keys: IssuerKeys) => void][] = [
    ['hangs', () => issuer.server.answer(() => {})],
    [
      'redirects',
      () =>
        issuer.server.answer((_request, response) => response.writeHead(302, { location: '/jwks' }).end()),
    ],
    ['answers something else', () => issuer.server.answer((_request, response) => response.end('<html>'))],
    [
      'answers no set of keys',
      () => issuer.server.answer((_request, response) => response.end('{"keys":1}')),
    ],
    [
      'answers far too much',
      () =>
        issuer.server.answer((_request, response) =>
          sized(response, 10_000_000, JSON.stringify({ keys: issuer.keys() })),
        ),
    ],
  ];
  for (const [what, breakIt] of broken)
    it(`stay when the issuer ${what}`, async () => {
      const keys = create(100);
      const token = await issuer.token();
      expect(await kindOf(keys, token)).to.equal('valid');
      breakIt(keys);
      now += HOUR;
      expect(await kindOf(keys, token)).to.equal('valid');
      await fetches(2);
      expect(fetched).to.deep.equal(['ok', 'failed']);
      expect(await kindOf(keys, token)).to.equal('valid');
      if (what === 'answers far too much')
        await until(() => issuer.server.sockets.size === 0, { what: 'the connection to be cut' });
    });
});

describe('A token', () => {
  let issuer: TestIssuer;
  let keys: KeySet;
  before(async () => {
    issuer = await startIssuer();
    keys = readKeySet(JSON.stringify({ keys: issuer.keys() }));
  });
  after(() => issuer.server.close());

  const START = 1_800_000_000;
  /** What becomes of a token at a second. */
  const at = async (second: number, claims: Record<string, unknown>, config: object = {}) => {
    const token = await issuer.token({ exp: START + 60, ...claims });
    const verified = await verifyToken(token, keys, { ...CONFIG, ...config }, second * SECOND);
    return verified.kind === 'invalid' ? verified.reason : verified.kind;
  };

  it('ends at the second that it names, and begins at the one that it names', async () => {
    expect(await at(START + 59, {})).to.equal('valid');
    expect(await at(START + 60, {})).to.match(/^exp: /);
    expect(await at(START + 64, {}, { clockTolerance: 5_000 })).to.equal('valid');
    expect(await at(START + 65, {}, { clockTolerance: 5_000 })).to.match(/^exp: /);
    expect(await at(START, { nbf: START })).to.equal('valid');
    expect(await at(START - 1, { nbf: START })).to.match(/^nbf: /);
    expect(await at(START - 5, { nbf: START }, { clockTolerance: 5_000 })).to.equal('valid');
  });

  it('is for one of the audiences', async () => {
    const config = { audience: ['shop', 'till'] };
    expect(await at(START, { aud: ['bank', 'till'] }, config)).to.equal('valid');
    expect(await at(START, { aud: ['bank'] }, config)).to.match(/^aud: /);
    expect(await at(START, { aud: undefined }, config)).to.match(/^aud: /);
  });

  it('has the claims that the config asks for', async () => {
    const config = { claims: { required: ['tenant'], tenant: 'tenant' } };
    expect(await at(START, {}, config)).to.match(/^tenant: /);
    expect(await at(START, { tenant: 'acme' }, config)).to.equal('valid');
  });

  it('is signed by an algorithm of the list, whatever the key could do', async () => {
    expect(await at(START, {}, { algorithms: ['RS256'] })).to.equal('ERR_JOSE_ALG_NOT_ALLOWED');
  });

  it('names its key where the issuer has several', async () => {
    await issuer.rotate();
    const several = readKeySet(JSON.stringify({ keys: issuer.keys() }));
    const token = await issuer.token({ exp: START + 60 }, { kid: undefined });
    const verified = await verifyToken(token, several, CONFIG, START * SECOND);
    expect(verified.kind).to.equal('invalid');
  });

  it('is refused for a critical extension, though its signature is good', async () => {
    const token = await issuer.token({ exp: START + 60 }, { crit: ['exotic'], exotic: true });
    expect(await verifyToken(token, keys, CONFIG, START * SECOND)).to.deep.equal({
      kind: 'invalid',
      reason: 'ERR_JOSE_NOT_SUPPORTED',
    });
  });
});
