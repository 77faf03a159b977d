import { expect } from 'chai';
import { parse } from 'yaml';
import { holderOf, tokenHolders } from '../../../chassis/admin/token-holders.ts';
import { adminTokens } from '../../../chassis/config/schema/tokens.ts';
import { startProcess } from '../../support/processes.ts';

describe('strangler token new', () => {
  const strangler = async (...args: string[]) => {
    const command = startProcess('cli/main.ts', ['token', 'new', ...args]);
    return { code: await command.ended, output: command.output(), stdout: command.stdout() };
  };

  it('prints a token and the line by which a facade knows it, a new one each time', async () => {
    const [one, other] = await Promise.all([strangler('ann', 'operator'), strangler('ann', 'operator')]);
    expect(one.code, one.output).to.equal(0);
    expect(one.stdout).not.to.equal(other.stdout);
    const [first, , line] = one.stdout.trim().split('\n');
    const token = first!.split(' ').at(-1)!;
    expect(token).to.match(/^strangler_[\w-]{43}$/);
    const holders = tokenHolders(adminTokens.parse(parse(line!)), undefined);
    expect(holderOf(token, holders)).to.include({ name: 'ann', role: 'operator' });
    expect(holderOf(`${token}x`, holders)).to.equal(undefined);
  });

  it('refuses a name that means somebody else in the history, and a role that is not there', async () => {
    const taken = await strangler('guard', 'admin');
    expect(taken.code).to.equal(2);
    expect(taken.output).to.match(/^TOKEN_NAME_INVALID: .*found "guard", expected another name/m);
    const role = await strangler('ann', 'king');
    expect([role.code, role.output]).to.satisfy(
      ([code, output]: [number, string]) => code === 2 && output.includes('reader, operator, admin'),
    );
  });
});

describe('facade.tokens', () => {
  const sha256 = '0f'.repeat(32);
  const messages = (tokens: object[]) =>
    adminTokens.safeParse(tokens).error?.issues.map(({ message }) => message);

  it('never shows what stands where a hash should, and wants each name and each token once', () => {
    const ann = { name: 'ann', role: 'reader', sha256 };
    expect(messages([ann])).to.equal(undefined);
    expect(messages([{ ...ann, sha256: 'my-secret-token' }])).to.deep.equal([
      'expected 64 hex digits, as `strangler token new` prints them',
    ]);
    expect(messages([ann, { ...ann, role: 'admin' }])).to.have.length(2);
    expect(messages([{ ...ann, name: 'config file' }])).to.have.length(1);
  });
});
