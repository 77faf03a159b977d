import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createApiKeys } from '../../../../facade/gateway/api-keys.ts';
import { credentialsOf } from '../../../../facade/gateway/credentials.ts';

describe('Presented credentials', () => {
  const of = (...raw: string[]) => credentialsOf(raw, true, 'x-api-key');

  it('are a bearer token before an API key, in any case of letters', () => {
    expect(of('X-API-Key', 'k', 'AUTHORIZATION', 'bEARER  t ')).to.deep.equal({ kind: 'jwt', token: 't' });
    expect(of('X-API-Key', 'k')).to.deep.equal({ kind: 'apiKey', key: 'k' });
  });

  it('are none where another scheme is used, or no kind is known', () => {
    expect(of('authorization', 'Basic dTpw')).to.deep.equal({ kind: 'none' });
    expect(of('authorization', 'Basic dTpw', 'x-api-key', 'k')).to.deep.equal({ kind: 'apiKey', key: 'k' });
    expect(of('authorization', 'Bearer')).to.deep.equal({ kind: 'none' });
    expect(credentialsOf(['authorization', 'Bearer t', 'x-api-key', 'k'], false, undefined)).to.deep.equal({
      kind: 'none',
    });
  });

  it('are ambiguous when one stands there twice, be it the same', () => {
    for (const header of ['authorization', 'x-api-key'])
      expect(of(header, 'Bearer t', header.toUpperCase(), 'Bearer t')).to.deep.equal({ kind: 'ambiguous' });
  });
});

describe('API keys', () => {
  const digest = (key: string) => createHash('sha256').update(key).digest('hex');
  const keys = createApiKeys({
    header: 'x-api-key',
    keys: [
      { name: 'first', sha256: digest('k-1'), tenant: 'acme', scopes: ['a'] },
      { name: 'second', sha256: digest('k-2'), scopes: [] },
    ],
  });

  it('tell whose they are, with tenant and scopes', () => {
    expect(keys.find('k-1')).to.deep.equal({
      ...{ kind: 'apiKey', subject: 'first', tenant: 'acme', scopes: ['a'] },
      claims: { sub: 'first', tenant: 'acme' },
    });
    expect(keys.find('k-2')).to.include({ subject: 'second', tenant: undefined });
  });

  it('are not their digest, nor anything near', () => {
    for (const key of ['', 'k-', 'k-1 ', 'K-1', digest('k-1')]) expect(keys.find(key)).to.equal(undefined);
  });
});
