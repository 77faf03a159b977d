import { expect } from 'chai';
import fc from 'fast-check';
import { adminAddresses } from '../../../../chassis/config/admin-addresses.ts';

const read = (text: string, env = {}) => {
  const { problem, facade, worker, hasData } = adminAddresses(text, 'f.yaml', env);
  return { problems: problem?.problems.length ?? 0, facade: facade?.port, worker: worker?.port, hasData };
};
const GOOD = 'upstreams: { legacy: { url: "http://127.0.0.1:1" } }\nlegacy: legacy\n';
const PORTS = `facade: { admin: "127.0.0.1:7001" }\nworker: { admin: "127.0.0.1:\${PORT}" }\n`;

describe('where the admin APIs are', () => {
  it('is what the config says, or the defaults', () => {
    const defaults = { problems: 0, facade: 8081, worker: 8082, hasData: false };
    expect(read(GOOD)).to.deep.equal(defaults);
    expect(read(PORTS + GOOD, { PORT: '7002' })).to.deep.equal({ ...defaults, facade: 7001, worker: 7002 });
  });

  it('is known whatever else is wrong, each for itself', () => {
    expect(read('routes: nothing\n')).to.include({ facade: 8081, worker: 8082 });
    expect(read(PORTS + GOOD)).to.deep.equal({
      problems: 1,
      facade: 7001,
      worker: undefined,
      hasData: false,
    });
    expect(read(`facade: { listen: 7, admin: "127.0.0.1:7001" }\n${GOOD}`)).to.include({ facade: 7001 });
    expect(read(`facade: []\n${GOOD}`)).to.include({ facade: undefined, worker: 8082 });
    expect(read('data: { a: { mapping: 7 } }\n')).to.include({ hasData: true });
  });

  it('is never a default in YAML that is broken, for the key may be what was lost', () => {
    expect(read(`${GOOD}${PORTS}routes: [ { id: a`, { PORT: '7002' })).to.deep.include({ facade: 7001 });
    expect(read(`${GOOD}routes: [ { id: a`)).to.include({ facade: undefined, worker: undefined });
  });

  it('never throws, whatever the text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string().map((rest) => PORTS + rest),
    );
    fc.assert(fc.property(texts, (text) => void adminAddresses(text, 'f.yaml', {})));
  });
});
