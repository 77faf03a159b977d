import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigInvalidError } from '../../../../chassis/config/errors.ts';
import { type LoadedConfig, loadText } from '../../../../chassis/config/load.ts';
import { KitError } from '../../../../chassis/errors.ts';
import { routeProblems } from '../../../../facade/route-problems.ts';
import { compileSnapshot } from '../../../../facade/snapshot.ts';

/** Keys of one route, as the file writes them. */
type Written = Record<string, string>;

const ENV = { SHARE: '5' };
const good = (id: string, rest: Written = {}): Written => ({
  id,
  match: `{ path: /${id}/:n }`,
  service: 'catalog',
  stage: 'shadow',
  ...rest,
});
const text = (routes: Written[], upstreams = 'catalog: { url: "http://127.0.0.1:2" }') => `upstreams:
  legacy: { url: "http://127.0.0.1:1" }
  ${upstreams}
legacy: legacy
routes:
${routes.map((one) => `  - { ${Object.entries(one).map((pair) => pair.join(': '))} }`).join('\n') || '  []'}
`;
const start = (routes: Written[]) => loadText(text(routes), 'f.yaml', ENV);
const reload = (before: LoadedConfig, edited: string) =>
  loadText(edited, 'f.yaml', ENV, { before, check: routeProblems });
const edit = (before: LoadedConfig, routes: Written[]) => reload(before, text(routes));
const inForce = ({ config }: LoadedConfig) => config.routes.map(({ id, stage }) => `${id} ${stage}`);
const reasons = ({ quarantined }: LoadedConfig) =>
  [...quarantined].map(([id, { reason }]) => `${id} ${reason}`);

describe('an edit that breaks a route', () => {
  const before = start([good('a'), good('b'), good('c')]);
  const broken: [string, Written, RegExp][] = [
    [
      'by a pattern that does not compile',
      { match: '{ path: /b/*/c }' },
      /^line 7: match: Route b: found path/,
    ],
    [
      'by an overlap with a route that was there',
      { match: '{ path: /c/:other }' },
      /^line 7: match: Routes c and b both/,
    ],
    [
      'by an unknown service',
      { service: 'cataloge' },
      /^line 7: service: found "cataloge", expected the name of an upstream \(legacy, catalog\)$/,
    ],
    ['by an unknown key', { stge: 'live' }, /^line 7: stge: found the unknown key/],
    ['by a value out of range', { percent: '400' }, /^line 7: percent: /],
    ['by a key that is missing', { service: '' }, /^line 7: service: found null, expected string/],
    ['by a data group that is not there', { gate: '{ data: none }' }, /^line 7: gate\.data: found "none"/],
    [
      'by credentials that nobody verifies',
      { auth: 'required' },
      /^line 7: auth: found "required" without auth\.jwt/,
    ],
    [
      'by a cookie that nobody signs',
      { key: '[signed-cookie uid]' },
      /^line 7: key\[0\]: found "signed-cookie uid"/,
    ],
    [
      'by a variable that is not set',
      { percent: '$' + '{NOWHERE}' },
      /^line 7: found \$\{NOWHERE\} without a value/,
    ],
  ];
  for (const [title, change, expected] of broken) {
    it(`${title} keeps its last good form, and takes the others over`, () => {
      const edited = edit(before, [
        good('a', { stage: 'live' }),
        good('b', { stage: 'live', ...change }),
        good('c'),
      ]);
      expect(inForce(edited)).to.deep.equal(['a live', 'b shadow', 'c shadow']);
      expect(edited.config.routes[1]).to.deep.equal(before.config.routes[1]);
      const { reason, keeps } = edited.quarantined.get('b')!;
      expect([...edited.quarantined.keys()]).to.deep.equal(['b']);
      expect(reason).to.match(expected);
      expect(keeps).to.equal(before.version);
    });

    it(`${title} leaves a new one out`, () => {
      const edited = edit(start([good('a'), good('c')]), [good('a'), good('b', change), good('c')]);
      expect(inForce(edited)).to.deep.equal(['a shadow', 'c shadow']);
      expect(edited.quarantined.get('b')).to.include({ keeps: undefined });
    });

    it(`${title} is refused at the start`, () => {
      const routes = [good('a'), good('c'), good('b', change)];
      const at = () =>
        compileSnapshot({ loaded: start(routes), toggles: new Map(), bases: new Map(), togglesKnown: true });
      expect(at).to.throw(KitError);
    });
  }

  it('by an id that is there twice keeps the last good one: nobody knows which is meant', () => {
    const edited = edit(before, [good('a', { match: '{ path: /new }' }), good('a'), good('b')]);
    expect(edited.config.routes.map(({ id, match }) => `${id} ${match.path}`)).to.deep.equal([
      'a /a/:n',
      'b /b/:n',
    ]);
    expect(reasons(edited)).to.deep.equal([
      'a line 7: found the id "a" a second time (first in routes[0]), expected each id once: rename one',
    ]);
    expect(inForce(edit(before, [good('b'), good('n'), good('n')]))).to.deep.equal(['b shadow']);
  });

  it('is judged anew at the next edit, and keeps the form that it had', () => {
    const second = edit(before, [good('b', { stage: 'up' })]);
    const third = edit(second, [good('b', { stage: 'down' }), good('d')]);
    expect(inForce(third)).to.deep.equal(['b shadow', 'd shadow']);
    expect(third.quarantined.get('b')!.keeps).to.equal(before.version);
    const mended = edit(third, [good('b', { stage: 'live' }), good('d')]);
    expect(inForce(mended)).to.deep.equal(['b live', 'd shadow']);
    expect(mended.quarantined.size).to.equal(0);
  });

  it('is refused as a whole for what is wrong outside of routes, or where no route can be named', () => {
    const bad = good('b', { stage: 'up' });
    const refused: [string, string][] = [
      ['another section', `${text([good('a'), bad])}bogus: 1\n`],
      ['a variable in another section', text([good('a'), bad], 'catalog: { url: $' + '{NOWHERE} }')],
      ['no id', text([good('a'), { stage: 'up' }])],
      ['an id of no kind', text([good('a'), { ...bad, id: 'B_1' }])],
      ['a list where a route is meant', text([good('a')]).replace('routes:\n', 'routes:\n  - []\n')],
      ['no list', text([]).replace('[]', 'none')],
      ['a service that was taken away', text([good('a'), good('b')], 'other: { url: "http://127.0.0.1:2" }')],
    ];
    for (const [title, edited] of refused)
      expect(() => reload(before, edited), title).to.throw(ConfigInvalidError);
  });

  it('in a group keeps the others beside it where they were, and lets through what does not divide them', () => {
    const member = (id: string, rest: Written = {}) => good(id, { group: 'g', ...rest });
    const group = start([member('a'), member('b'), good('c')]);
    const moved = edit(group, [
      member('a', { stage: 'live', onFail: 'never' }),
      member('b', { stage: 'live' }),
      good('c', { stage: 'live' }),
    ]);
    expect(inForce(moved)).to.deep.equal(['a shadow', 'b shadow', 'c live']);
    expect(reasons(moved)[1]).to.match(/^b line 7: stage: found stage "live", expected "shadow" as a of the/);
    expect(moved.quarantined.get('b')).to.include({ group: 'g' });
    const tuned = edit(group, [member('a', { onFail: 'never' }), member('b', { onFail: 'freeze' })]);
    expect(reasons(tuned)).to.have.length(1);
    expect(tuned.config.routes[1]!.onFail).to.equal('freeze');
  });

  it('by moving one of a group alone keeps that one', () => {
    const member = (id: string, rest: Written = {}) => good(id, { group: 'g', ...rest });
    const group = start([member('a'), member('b'), member('c')]);
    const divided = edit(group, [member('a', { stage: 'live' }), member('b'), member('c')]);
    expect([inForce(divided), [...divided.quarantined.keys()]]).to.deep.equal([
      ['a shadow', 'b shadow', 'c shadow'],
      ['a'],
    ]);
  });

  it('and leaves its place free for another does not let that one have it', () => {
    const edited = edit(before, [
      good('a', { match: '{ path: /b/:n }' }),
      good('b', { match: '{ path: /b/*/x }' }),
    ]);
    expect(edited.config.routes.map(({ id, match }) => `${id} ${match.path}`)).to.deep.equal([
      'a /a/:n',
      'b /b/:n',
    ]);
    expect([...edited.quarantined.keys()].sort()).to.deep.equal(['a', 'b']);
  });

  it('loads exactly the others, in the order of the file, whichever are broken', () => {
    const ways = broken.map(([, change]) => change).filter(({ match }) => match !== '{ path: /c/:other }');
    const routes = fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 0, max: 30 }).map((n) => `r${n}`),
        known: fc.boolean(),
        broken: fc.option(fc.constantFrom(...ways), { nil: undefined }),
      }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(routes, (list) => {
        const known = list.filter((one) => one.known);
        const edited = edit(
          start(known.map(({ id }) => good(id))),
          list.map(({ id, broken: change }) => good(id, { stage: 'live', ...change })),
        );
        const left = list.filter((one) => one.known || one.broken === undefined);
        expect(inForce(edited)).to.deep.equal(
          left.map((one) => `${one.id} ${one.broken ? 'shadow' : 'live'}`),
        );
        expect([...edited.quarantined.keys()].sort()).to.deep.equal(
          list.flatMap((one) => (one.broken ? [one.id] : [])).sort(),
        );
      }),
      { numRuns: 150 },
    );
  });
});
