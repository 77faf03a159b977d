import { expect } from 'chai';
import { ConfigInvalidError } from '../../../../chassis/config/errors.ts';
import { parseConfig } from '../../../../chassis/config/load.ts';

const VALID = `upstreams:
  legacy: { url: "http://127.0.0.1:3000" }
  catalog: { service: catalog }
legacy: legacy
routes:
  - id: products-read
    match: { methods: [GET], path: /api/products/:id }
    service: catalog
    stage: shadow
`;

/** A variable of the environment as the config names it. */
const $ = (inner: string) => `\${${inner}}`;

/** The problems of a text, as `line:column path message`. */
function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    parseConfig(text, 'strangler.yaml', env);
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
  return [];
}

describe('problems of a config', () => {
  it('are none in a valid one', () => {
    expect(problemsOf(VALID)).to.deep.equal([]);
  });

  const examples: [string, string, RegExp][] = [
    [
      'broken YAML',
      VALID.replace('{ service: catalog }', '{ service: catalog'),
      /^4:\d+ {2}found broken YAML \(.+\), expected valid YAML/,
    ],
    [
      'a key written twice',
      `${VALID}legacy: legacy\n`,
      /^10:1 {2}found broken YAML \(Map keys must be unique\)/,
    ],
    [
      'a reference to nothing',
      VALID.replace('legacy: legacy', 'legacy: *nowhere'),
      /^4:9 {2}found broken YAML/,
    ],
    [
      'an unknown key',
      VALID.replace('stage: shadow', 'stage: shadow\n    stge: live'),
      /^10:5 routes\[0\]\.stge found the unknown key "stge", expected one of the documented keys/,
    ],
    ['an unknown key at the top', `${VALID}facad: {}\n`, /^10:1 facad found the unknown key "facad"/],
    [
      'a wrong type',
      VALID.replace('stage: shadow', 'stage: shadow\n    percent: many'),
      /^10:5 routes\[0\]\.percent found "many", expected a number from 0 to 100$/,
    ],
    [
      'a number out of range',
      VALID.replace('stage: shadow', 'stage: shadow\n    percent: 101'),
      /^10:5 routes\[0\]\.percent .*100/,
    ],
    [
      'a list where a section is meant',
      VALID.replace('upstreams:', 'worker: []\nupstreams:'),
      /^1:1 worker found \[\], expected object$/,
    ],
    [
      'a stage that is none',
      VALID.replace('shadow', 'shadwo'),
      /^9:5 routes\[0\]\.stage found "shadwo", expected one of legacy, shadow, canary, live, retired$/,
    ],
    [
      'a duration without a unit',
      VALID.replace('stage: shadow', 'stage: shadow\n    timeout: 30'),
      /^10:5 routes\[0\]\.timeout found 30, expected a duration such as 250ms/,
    ],
    [
      'a duration that no timer can wait for',
      VALID.replace('stage: shadow', 'stage: shadow\n    timeout: 30d'),
      /^10:5 routes\[0\]\.timeout expected at most 20d$/,
    ],
    [
      'a missing key',
      VALID.replace('    service: catalog\n', ''),
      /^6:5 routes\[0\]\.service found nothing, expected string: add this key$/,
    ],
    [
      'two routes with one id',
      `${VALID}  - id: products-read\n    match: { path: /b }\n    service: catalog\n    stage: legacy\n`,
      /^10:5 routes\[1\]\.id found the id "products-read" a second time \(first in routes\[0\]\)/,
    ],
    [
      'a route to an unknown upstream',
      VALID.replace('    service: catalog', '    service: catalogue'),
      /^8:5 routes\[0\]\.service found "catalogue", expected the name of an upstream \(legacy, catalog\)$/,
    ],
    [
      'a legacy that is no upstream',
      VALID.replace('legacy: legacy', 'legacy: monolith'),
      /^4:1 legacy found "monolith", expected the name of an upstream/,
    ],
    [
      'a gate on an unknown data group',
      VALID.replace('stage: shadow', 'stage: shadow\n    gate: { data: catalog }'),
      /^10:13 routes\[0\]\.gate\.data found "catalog", expected the name of a data group \(none is defined\)$/,
    ],
    [
      'a variable that is not set',
      VALID.replace('"http://127.0.0.1:3000"', $('LEGACY_URL')),
      /^2:18 {2}found \$\{LEGACY_URL\} without a value, expected the environment to set LEGACY_URL/,
    ],
    [
      'a URL of another scheme',
      VALID.replace('http://127', 'ftp://127'),
      /^2:13 upstreams\.legacy\.url found "ftp:.+expected a URL starting with http/,
    ],
    [
      'an upstream that is nowhere',
      VALID.replace('{ service: catalog }', '{ timeout: 2s }'),
      /^3:3 upstreams\.catalog\S* .*\(expected one of: url .*urls .*service/,
    ],
    [
      'a breaker that would misbehave',
      VALID.replace('{ service: catalog }', '{ service: catalog, timeout: 20s }'),
      /^3:3 upstreams\.catalog found breaker\.reset of 10000 ms and timeout of 20000 ms, expected/,
    ],
    ['an empty file', '', /^1:1 {2}found null, expected object$/],
  ];
  for (const [title, text, expected] of examples) {
    it(`tell ${title} once, with its place`, () => {
      const problems = problemsOf(text);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(expected);
    });
  }

  it('are reported all at once, in the order of the file, each with file:line:column', () => {
    const text = VALID.replace('legacy: legacy', 'legacy: none\nbogus: 1')
      .replace('stage: shadow', 'stage: up')
      .replace('"http://127.0.0.1:3000"', $('UNSET'));
    const problems = problemsOf(text.replace('    service: catalog', '    service: nobody'));
    expect(problems.map((line) => line.split(' ')[0])).to.deep.equal(['2:18', '4:1', '5:1', '9:5', '10:5']);
    try {
      parseConfig(text, '/etc/strangler.yaml', {});
      expect.fail('it is invalid');
    } catch (error) {
      expect((error as ConfigInvalidError).code).to.equal('CONFIG_INVALID');
      expect((error as ConfigInvalidError).exit).to.equal(2);
      expect((error as ConfigInvalidError).message).to.match(
        /^Config \/etc\/strangler\.yaml has 4 problem\(s\):\n {2}\/etc\/strangler\.yaml:2:18 {2}/,
      );
    }
  });

  it('stand where they stand in the file, whatever a variable before them holds', () => {
    const text = VALID.replace('{ url: "http://127.0.0.1:3000" }', `{ url: ${$('URL')}, bogus: 1 }`);
    const [problem] = problemsOf(text, { URL: 'http://a-name-that-is-much-longer-than-the-variable:3000' });
    expect(problem).to.match(/^2:26 upstreams\.legacy\.bogus/);
  });

  it('do not show the password of a URL', () => {
    const secrets = ['s3cr3t', 'a@s3cr3t', 'a/s3cr3t', 's3cr3t:b@c'];
    for (const secret of secrets) {
      const text = VALID.replace('http://127.0.0.1:3000', `mysql://root:${secret}@db:3306/shop`);
      expect(problemsOf(text).join('\n')).to.include('url').and.not.include('s3cr3t');
    }
  });
});
