import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { startUpstream, type TestUpstream } from './upstream.ts';

/** An issuer of tokens with a real server for its keys. */
export interface TestIssuer {
  server: TestUpstream;
  /** YAML of `auth.jwt`. */
  yaml: string;
  /** Signs a good token; `claims` over it, undefined leaves one out. It may call the extension `exotic` critical. */
  token(claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** From now on signs with a new key, published beside the others, or alone. */
  rotate(options?: { alone: boolean }): Promise<void>;
  /** The keys that it publishes. */
  keys(): readonly object[];
  /** The public key that is in use, as PEM. */
  publicPem(): Promise<string>;
}

/** Starts one; the keys are at /jwks. */
export async function startIssuer(): Promise<TestIssuer> {
  let keys: object[] = [];
  let current: Awaited<ReturnType<typeof makeKey>>;
  let made = 0;
  const rotate = async ({ alone } = { alone: false }) => {
    made += 1;
    current = await makeKey(`key-${made}`);
    keys = alone ? [current.jwk] : [...keys, current.jwk];
  };
  await rotate();
  const server = await startUpstream((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys }));
  });
  return {
    server,
    yaml: `{ issuer: "https://issuer.test", audience: shop, jwks: "${server.url}/jwks", algorithms: [ES256, RS256] }`,
    rotate,
    keys: () => keys,
    async token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: 'https://issuer.test', aud: 'shop', sub: 'alice', exp: now + 600 };
      const payload = Object.fromEntries(
        Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined),
      );
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', kid: current.kid, ...header })
        .sign(current.privateKey, { crit: { exotic: true } });
    },
    async publicPem() {
      const { exportSPKI } = await import('jose');
      return exportSPKI(current.publicKey);
    },
  };
}

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
  };
}
