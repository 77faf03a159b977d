import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { overrideKeys, readOverride } from '../../../facade/routing/override-token.ts';
import { verifiedCookie } from '../../../facade/routing/signed-cookie.ts';
import { startProcess } from '../../support/processes.ts';

const SECRET = 's'.repeat(32);

describe('strangler override sign and cookie sign', () => {
  let folder: string;
  let config: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-sign-'));
    config = path.join(folder, 'strangler.yaml');
    const lines = [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the config's own notation.
      'facade: { secrets: { overrides: ["${SECRET}"], cookies: ["${SECRET}"] } }',
      'upstreams: { legacy: { url: "http://127.0.0.1:1" } }',
      'legacy: legacy',
      'routes: [ { id: a, match: { path: /a }, service: legacy, stage: legacy } ]',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
  });
  after(() => rm(folder, { recursive: true }));
  const strangler = async (...args: string[]) => {
    const command = startProcess('cli/main.ts', [...args, '--config', config], { env: { SECRET } });
    return { code: await command.ended, output: command.output(), stdout: command.stdout() };
  };

  it('print a token for a header and a cookie that the facade believes', async () => {
    const sign = ['override', 'sign', '--side', 'service', '--route', 'a', '--for', '1h', '--json'];
    const { header, cookie, expiresAt } = JSON.parse((await strangler(...sign)).stdout);
    const token = /^x-strangler-side: (\S+)$/.exec(header)![1]!;
    expect(cookie).to.equal(`strangler-side=${token}`);
    const keys = overrideKeys([SECRET]);
    const end = Date.parse(expiresAt);
    expect(readOverride(token, keys, end - 1_000)).to.deep.equal({
      kind: 'valid',
      side: 'service',
      route: 'a',
    });
    expect(readOverride(token, keys, end).kind).to.equal('expired');
    const unknown = await strangler('override', 'sign', '--side', 'service', '--route', 'b');
    expect([unknown.code, unknown.output]).to.satisfy(
      ([code, output]: [number, string]) =>
        code === 2 && output.includes('Found route b, expected one of: a'),
    );
  });

  it('print a cookie with its signature, and refuse what no cookie can be', async () => {
    const { stdout } = await strangler('cookie', 'sign', 'uid', 'user.1');
    const [name, value] = stdout.trim().split('=');
    expect(verifiedCookie(name!, value, [SECRET])).to.equal('user.1');
    expect((await strangler('cookie', 'sign', 'uid', 'a;b')).code).to.equal(2);
  });
});
