import { expect } from 'chai';
import { findCycles } from './source/cycles.ts';
import { type Import, importsIn, importsOf, leadsSomewhere } from './source/imports-of.ts';
import { refuse } from './source/rule.ts';
import { KIT, type Part, partOf, repoFiles } from './source/source-files.ts';

/** What each part of the kit may import by relative path: cli → facade, migrations → acl → chassis. */
const DOWNWARD: Record<(typeof KIT)[number], readonly string[]> = {
  chassis: ['chassis'],
  acl: ['acl', 'chassis'],
  facade: ['facade', 'acl', 'chassis'],
  migrations: ['migrations', 'acl', 'chassis'],
  cli: ['cli', 'facade', 'migrations', 'acl', 'chassis'],
};
/** This file's imports are samples in a text. */
const SAMPLES = ['test/architecture/imports.test.ts'];
const MONOLITH_PACKAGES = ['express', 'mysql2', 'ws', 'busboy'];

describe('imports', () => {
  const files = repoFiles({ extension: '.ts' });
  const all = files.flatMap((from) => importsOf(from).map((to) => ({ from, to })));
  const violations = (rule: (from: string, to: Import) => boolean) =>
    all.filter(({ from, to }) => rule(from, to)).map(({ from, to }) => `${from} imports ${to.specifier}`);

  it('reads every way of importing', () => {
    const text = [
      "import a, { type B } from './a.ts';",
      "import {\n  type C,\n  type D,\n} from './c.ts';",
      "export * from './e.ts';",
      "import './f.ts';",
      "const g = await import('./g.ts');",
      "import type H from 'node:http';",
      "import { i } from '@scope/name/sub';",
      "// import './not.ts';",
    ].join('\n');
    const found = importsIn(text, 'x/y.ts').map((one) => [one.file ?? one.package, one.typeOnly]);
    expect(found).to.have.deep.members([
      ['x/a.ts', false],
      ['x/c.ts', true],
      ['x/e.ts', false],
      ['x/f.ts', false],
      ['x/g.ts', false],
      ['node:http', true],
      ['@scope/name', false],
    ]);
    expect(all.length, 'imports in the repository').to.be.greaterThan(300);
  });

  it('run one way: cli → facade, migrations → acl → chassis', () => {
    const found = violations((from, { file }) => {
      const part = partOf(from);
      if (file === undefined || !isKit(part) || !isKit(partOf(file))) return false;
      return !DOWNWARD[part].includes(partOf(file));
    });
    refuse(found, 'A part that knows only what is below it can be read, tested and replaced alone.');
  });

  it('never lead from the kit to the demo, nor to scripts and tests', () => {
    const found = violations(
      (from, { file }) => file !== undefined && isKit(partOf(from)) && !isKit(partOf(file)),
    );
    refuse(found, 'The kit must compile, and its tests pass, when every demo folder is deleted.');
  });

  it('lead from services and demo folders to the kit by package name only', () => {
    const found = violations((from, { file }) => {
      if (file === undefined || !['service', 'demo'].includes(partOf(from))) return false;
      return isKit(partOf(file)) || partOf(file) === 'workshop';
    });
    refuse(found, 'Services use the kit as an adopter would: strangler-kit/chassis, strangler-kit/acl.');
  });

  it('of the kit by its package name stand in services and demo folders only', () => {
    const found = violations((from, to) => to.package === 'strangler-kit' && isKit(partOf(from)));
    refuse(found, 'Inside the kit a relative path shows which way an import runs.');
  });

  it('never lead into the monolith, from anywhere but its own tests', () => {
    const found = violations((from, { file }) => {
      if (file === undefined || partOf(file) !== 'monolith') return false;
      return partOf(from) !== 'monolith' && !from.startsWith('test/');
    });
    refuse(found, 'The monolith is reached as in life: by HTTP and by its database.');
  });

  it('of the monolith are its own files, express, mysql2, ws, busboy and node: only', () => {
    const found = violations((from, { file, package: name }) => {
      if (partOf(from) !== 'monolith') return false;
      if (file !== undefined) return partOf(file) !== 'monolith';
      return !name!.startsWith('node:') && !MONOLITH_PACKAGES.includes(name!);
    });
    refuse(found, 'The monolith stands for a system that knows nothing of the kit.');
  });

  it('never lead from one service to another', () => {
    const found = violations((from, { file }) => {
      if (file === undefined || partOf(from) !== 'service' || partOf(file) !== 'service') return false;
      return file.split('/')[1] !== from.split('/')[1];
    });
    refuse(found, 'Services meet over HTTP only; each has its own process and database.');
  });

  it('that are relative name a file that exists, with its ending', () => {
    const found = violations(
      (from, to) =>
        !SAMPLES.includes(from) &&
        to.file !== undefined &&
        (!/\.(ts|mjs|json)$/.test(to.file) || !leadsSomewhere(to)),
    );
    refuse(found, 'Type stripping resolves no extensions.');
  });

  it('form no cycle; those of types count too, but in scripts and tests, which only run', () => {
    const counts = (from: string, to: Import) =>
      to.file !== undefined && !(to.typeOnly && partOf(from) === 'workshop');
    const graph = new Map(
      files.map((file) => [file, importsOf(file).flatMap((to) => (counts(file, to) ? [to.file!] : []))]),
    );
    const cycles = findCycles(graph).map((cycle) => cycle.join(' → '));
    refuse(cycles, 'Files that need each other are one concept in two places: move what both need.');
  });
});

function isKit(part: Part): part is (typeof KIT)[number] {
  return (KIT as readonly string[]).includes(part);
}
