/** The authorities of the config in force. An issuer's keys are kept over edits: it may be away just then. */
import type { AuthConfig } from '../../chassis/config/schema/auth.ts';
import { createApiKeys } from './api-keys.ts';
import type { Authorities } from './authenticate.ts';
import { createIssuerKeys, type IssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';

/** Gives the authorities of a config; of the same config, the same ones. */
export type AuthoritiesOf = (config: AuthConfig) => Authorities;

/** Makes the lookup; what it is given is what the keys of an issuer need. */
export function createAuthorities(options: Omit<IssuerKeysOptions, 'jwks'>): AuthoritiesOf {
  const made = new WeakMap<AuthConfig, Authorities>();
  let issuers = new Map<string, IssuerKeys>();

  const keysOf = (jwks: string | undefined): IssuerKeys | undefined => {
    if (jwks === undefined) return undefined;
    const keys = issuers.get(jwks) ?? createIssuerKeys({ ...options, jwks });
    issuers = new Map([[jwks, keys]]);
    return keys;
  };
  return (config) => {
    const known = made.get(config);
    if (known !== undefined) return known;
    const apiKeys = config.apiKeys && createApiKeys(config.apiKeys);
    const authorities = { config, keys: keysOf(config.jwt?.jwks), apiKeys };
    made.set(config, authorities);
    return authorities;
  };
}
