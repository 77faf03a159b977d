import { expect } from 'chai';
import { problemsOfConfig } from './problems-of.ts';

const SECRET = 'x'.repeat(32);

/** The problems of a config with these routes, as `path message`. */
function problemsOf(routes: string[], facade = ''): string[] {
  const text = `${facade}
upstreams: { legacy: { url: "http://127.0.0.1:1" } }
legacy: legacy
routes:
${routes.map((rest, n) => `  - { id: r${n}, service: legacy, ${rest} }`).join('\n')}
`;
  return problemsOfConfig(text);
}
const matching = (match: string) => `stage: legacy, match: { path: /a, ${match} }`;

describe('problems of routing', () => {
  it('are conditions that are no text, list, presence or absence', () => {
    expect(
      problemsOf([matching('host: "*.shop.test", headers: { x-A: [b, c] }, query: { v: "2" }')]),
    ).to.deep.equal([]);
    expect(problemsOf([matching('query: { version: 2 }')])).to.deep.equal([
      'routes[0].match.query.version found 2, expected a text (numbers in quotes), a list of texts, { present: true } or { absent: true }',
    ]);
    for (const match of [
      'host: "a/b"',
      'headers: { "a b": c }',
      'headers: { a: { present: false } }',
      'query: { a: [] }',
    ])
      expect(problemsOf([matching(match)]), match).to.have.length(1);
  });

  it('are routes of one group that do not stand together', () => {
    const member = (rest: string) => `match: { path: /a }, group: g, ${rest}`;
    const together = ['stage: canary, percent: 5, key: [ip]', 'stage: canary, percent: 5'];
    expect(problemsOf(together.map(member))).to.deep.equal([]);
    const divided = ['stage: canary, percent: 5', 'stage: shadow, key: [header a], steps: [5]'];
    expect(problemsOf(divided.map(member))).to.deep.equal([
      'routes[1] found percent 0, expected 5 as r0 of the same group "g" has',
      'routes[1].stage found stage "shadow", expected "canary" as r0 of the same group "g" has',
      'routes[1].key found key ["header a"], expected ["ip"] as r0 of the same group "g" has',
      'routes[1].steps found steps [5], expected [10] as r0 of the same group "g" has',
    ]);
  });

  it('are steps that do not grow, and keys of no kind', () => {
    const alone = (rest: string) => `match: { path: /a }, stage: legacy, ${rest}`;
    for (const steps of ['[]', '[0, 10]', '[10, 10]', '[50, 10]', '[101]'])
      expect(problemsOf([alone(`steps: ${steps}`)]), steps).to.have.length(1);
    expect(problemsOf([alone('key: [jwt]')])[0]).to.match(
      /^routes\[0\]\.key\[0\] found "jwt", expected "ip", "user", "tenant", or "header NAME", .*"jwt NAME"$/,
    );
  });

  it('are signed cookies without a secret, and secrets too short, which are not shown', () => {
    const signed = 'match: { path: /a }, stage: legacy, key: [ip, signed-cookie uid]';
    expect(problemsOf([signed])).to.deep.equal([
      'routes[0].key[1] found "signed-cookie uid" without facade.secrets.cookies, expected the secrets that sign it',
    ]);
    expect(problemsOf([signed], `facade: { secrets: { cookies: [${SECRET}] } }`)).to.deep.equal([]);
    const [short] = problemsOf([], 'facade: { secrets: { overrides: [hush-hush] } }');
    expect(short).to.match(/^facade\.secrets\.overrides\[0\] expected a secret of at least 32 characters/);
    expect(short).not.to.include('hush');
  });
});
