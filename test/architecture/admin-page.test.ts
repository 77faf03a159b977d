import { expect } from 'chai';
import { ACTIONS } from '../../migrations/worker/actions.ts';
import { textOf } from './source/source-files.ts';

const HEALTH = ['GET /health/live', 'GET /health/ready'];
const CALL = /^ *(?:app|router)\.(get|put|post|delete|patch)\(\s*['`]([^'`]+)['`]/gm;

/** The endpoints that a file adds, below a path; parameters as the page writes them. */
function endpointsIn(file: string, below = ''): string[] {
  return [...textOf(file).matchAll(CALL)].map(([, method, path]) => {
    const full = `${below}${path === '/' ? '' : path}`.replace(/\$\{(\w+)\}/, ':$1');
    return `${method!.toUpperCase()} ${full.replace(/:(\w+)/g, (_, name: string) => name.toUpperCase())}`;
  });
}

/** Those of the facade: its own, and those of the routers that it mounts. */
function facadeEndpoints(): string[] {
  const mounted = [...textOf('facade/admin/api.ts').matchAll(/app\.use\('([^']+)', (\w+)Router\(deps\)\)/g)];
  expect(mounted.length, 'mounted routers').to.be.greaterThan(3);
  return [
    ...HEALTH,
    ...endpointsIn('facade/admin/api.ts'),
    ...mounted.flatMap(([, path, name]) => endpointsIn(`facade/admin/${name}-router.ts`, path)),
  ];
}

/** What a part of the page says in its first columns, without queries. */
function toldIn(part: string): string[] {
  const cells = [...part.matchAll(/^\| (`(?:GET|PUT|POST)[^|]*)\|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`?]+)[^`]*`/g)].map(([, told]) => told!));
}

describe('docs/reference/admin-api.md', () => {
  const [facade, worker] = textOf('docs/reference/admin-api.md').split("## The worker's");

  it("tells every endpoint of the facade's admin API, and no other", () => {
    expect(toldIn(facade!).toSorted()).to.deep.equal(facadeEndpoints().toSorted());
  });

  it("tells every endpoint of the worker's, with its actions, and no other", () => {
    const found = [...HEALTH, ...endpointsIn('migrations/worker/api.ts')];
    expect(toldIn(worker!).toSorted()).to.deep.equal(found.toSorted());
    for (const action of ACTIONS) expect(worker).to.include(`\`${action}\``);
  });
});
