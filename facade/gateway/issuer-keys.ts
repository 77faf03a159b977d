/**
 * The keys of a token's issuer, kept and renewed. They are fetched in the background when they grow old, and
 * stay when that fails, since an issuer that is away for an hour must not lock everybody out. A key that is
 * not known starts a fetch too, but never two at a time and never two within the cooldown, whether the last
 * one succeeded or not: tokens with made-up keys must not become a flood on the issuer.
 */
import type { Clock } from '../../chassis/clock.ts';
import type { JwtConfig } from '../../chassis/config/schema/auth.ts';
import { messageOf } from '../../chassis/errors.ts';
import { discardBody, readBody, type Transport } from '../../chassis/http/transport.ts';
import type { Logger } from '../../chassis/log.ts';
import { type KeySet, readKeySet } from './json-web-token.ts';

/** The keys of one issuer. */
export interface IssuerKeys {
  /** The keys known now; waits only while none ever came. Undefined: there are none. */
  current(): KeySet | undefined | Promise<KeySet | undefined>;
  /** The keys known now; nobody is asked. */
  known(): KeySet | undefined;
  /** Newer keys than `known`, when the issuer may be asked; else the ones that are known. */
  newer(known: KeySet): Promise<KeySet>;
}

/** Times in milliseconds. */
export interface IssuerKeysOptions {
  jwks: JwtConfig['jwks'];
  transport: Transport;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
  /** Called at each fetch's end. */
  onFetched: (outcome: 'ok' | 'failed') => void;
  /** How long a fetch may take; 5 s by default. */
  patience?: number;
}

/** Age at which keys are renewed. */
const REFRESH_MS = 600_000;
/** Age at which keys that could not be renewed are no longer believed: one that was stolen must end some day. */
const STALE_MS = 24 * 3_600_000;
const COOLDOWN_MS = 30_000;
const FETCH_MS = 5_000;
const MOST_BYTES = 262_144;

/** Begins to fetch at once. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock, log, onFetched } = options;
  let keys: KeySet | undefined;
  let fetchedAt = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const ask = async () => {
    try {
      keys = await fetchKeys(options);
      fetchedAt = clock.monotonic();
      onFetched('ok');
    } catch (error) {
      onFetched('failed');
      log.warn('the keys of the token issuer could not be fetched', { error: messageOf(error) });
    }
  };
  const renew = (): Promise<void> | undefined => {
    if (underWay !== undefined) return underWay;
    if (clock.monotonic() - askedAt < COOLDOWN_MS) return undefined;
    askedAt = clock.monotonic();
    underWay = ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  const believed = () => (clock.monotonic() - fetchedAt < STALE_MS ? keys : undefined);

  void renew();
  return {
    current() {
      const known = believed();
      if (known === undefined) return renew()?.then(believed);
      if (clock.monotonic() - fetchedAt >= REFRESH_MS) void renew();
      return known;
    },
    known: believed,
    async newer(known) {
      // Somebody else's fetch may have brought them since this token was looked at.
      if (keys === known) await renew();
      return keys ?? known;
    },
  };
}

async function fetchKeys({ jwks, transport, patience = FETCH_MS }: IssuerKeysOptions): Promise<KeySet> {
  const url = new URL(jwks);
  const answer = await transport.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    signal: AbortSignal.timeout(patience),
  });
  if (answer.status !== 200) {
    discardBody(answer.body);
    throw new Error(`status ${answer.status}, expected 200`);
  }
  const bytes = await readBody(answer.body, MOST_BYTES);
  if (bytes === undefined) throw new Error(`more than ${MOST_BYTES} bytes`);
  return readKeySet(bytes.toString());
}
