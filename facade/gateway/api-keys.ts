/** Pure. API keys: only their digests are known, and all of them are looked at whatever is presented. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKeysConfig } from '../../chassis/config/schema/auth.ts';
import type { Identity } from './identity.ts';

/** The known keys, ready to compare. */
export interface ApiKeys {
  /** The header in lower case. */
  header: string;
  /** Whose key it is. */
  find(key: string): Identity | undefined;
}

/** Makes the list of keys. */
export function createApiKeys({ header, keys }: ApiKeysConfig): ApiKeys {
  const known = keys.map(({ name, sha256, tenant, scopes }) => ({
    digest: Buffer.from(sha256, 'hex'),
    identity: {
      kind: 'apiKey' as const,
      subject: name,
      tenant,
      scopes,
      claims: { sub: name, ...(tenant === undefined ? {} : { tenant }) },
    },
  }));
  return {
    header,
    find(key) {
      const digest = createHash('sha256').update(key).digest();
      let found: Identity | undefined;
      for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one.identity;
      return found;
    },
  };
}
